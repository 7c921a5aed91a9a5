// An OAuth 2 server for tests: npm's oidc-provider behind Entra's paths, on loopback. One argument, JSON:
//   {"port": 0, "clients": [...more, as oidc-provider's; "certificate": PEM file stands for private_key_jwt with that key]}
// Prints "ready PORT". Sign-in pages take any user name. What a test wants beyond OAuth it asks of /test/ below.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import Provider from 'oidc-provider';
import { MapAdapter, entries, forget, issued, settings } from './oauth_storage.mjs';

const options = JSON.parse(process.argv[2] || '{}');
const TENANT = '/tenant-1';
const MAIL = 'https://outlook.office.com/';
const SCOPES = ['openid', 'offline_access', 'profile', 'email', `${MAIL}IMAP.AccessAsUser.All`,
  `${MAIL}POP.AccessAsUser.All`, `${MAIL}SMTP.Send`];
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const requests = []; // every answer of the token endpoint, in order
let fault = null;    // what the token endpoint answers instead, for a number of times

const app = (id, more) => ({
  client_id: id, application_type: 'native', redirect_uris: ['http://localhost', 'http://127.0.0.1'],
  grant_types: ['authorization_code', 'refresh_token', DEVICE], response_types: ['code'], scope: SCOPES.join(' '), ...more,
});
const clients = [
  app('poller', { token_endpoint_auth_method: 'none' }),
  app('poller-web', { token_endpoint_auth_method: 'client_secret_post', client_secret: 'poller-web-secret' }),
  { client_id: 'dovecot', client_secret: 'dovecot-secret', token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [], grant_types: [], response_types: [] },
  ...(options.clients || []).map(with_certificate),
];

function with_certificate({ certificate, ...client }) {
  if (!certificate) return client;
  const key = createPublicKey(readFileSync(certificate)).export({ format: 'jwk' });
  return app(client.client_id, { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'PS256',
    jwks: { keys: [{ ...key, alg: 'PS256', use: 'sig' }] }, ...client });
}

function configuration() {
  const ttl = (name) => () => settings.ttl[name];
  return {
    adapter: MapAdapter,
    clients,
    scopes: SCOPES,
    claims: { email: ['email'], profile: ['name'] },
    features: {
      deviceFlow: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
      devInteractions: { enabled: true },
    },
    rotateRefreshToken: () => settings.rotate,
    issueRefreshToken: () => true,
    pkce: { required: () => true, methods: ['S256'] },
    // The user's domain, for a Dovecot where everybody may open the mailboxes of the own domain (shared mailboxes).
    extraTokenClaims: (ctx, token) => ({ domain: String(token.accountId).split('@').pop() }),
    ttl: {
      AccessToken: ttl('access'), RefreshToken: ttl('refresh'), DeviceCode: ttl('device'), AuthorizationCode: () => 60,
      Grant: () => 86400, Session: () => 86400, Interaction: () => 600, IdToken: () => 3600,
    },
    routes: {
      authorization: `${TENANT}/oauth2/v2.0/authorize`, token: `${TENANT}/oauth2/v2.0/token`,
      device_authorization: `${TENANT}/oauth2/v2.0/devicecode`, code_verification: '/devicelogin',
      introspection: '/introspect', revocation: '/revoke', jwks: '/keys', userinfo: '/me', end_session: '/logout',
    },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, name: id }) }),
    cookies: { keys: ['for tests alone'] },
    renderError: (ctx, out) => { ctx.type = 'text'; ctx.body = JSON.stringify(out); },
  };
}

// --- /test/: what a test asks for -----------------------------------------------------------------------------------

// A grant as if `user` had signed in to `client_id`: {user, client_id, scope} gives {refresh_token, access_token}.
async function mint(provider, { user, client_id = 'poller', scope = SCOPES.join(' ') }) {
  const client = await provider.Client.find(client_id);
  if (!client) throw new Error(`no client ${client_id}`);
  const grant = new provider.Grant({ accountId: user, clientId: client_id });
  grant.addOIDCScope(scope);
  const common = { accountId: user, client, grantId: await grant.save(), gty: 'authorization_code', scope };
  return {
    refresh_token: await new provider.RefreshToken(common).save(),
    access_token: await new provider.AccessToken({ ...common, extra: { domain: user.split('@').pop() } }).save(),
  };
}

const control = {
  mint,
  // {access, refresh, device}: seconds that tokens live from now on
  ttl: (provider, body) => Object.assign(settings.ttl, body),
  // {rotate: bool, reuse_detection: bool}
  settings: (provider, body) => Object.assign(settings, body),
  // Every access token of {user} (of all, without) is dead from now on; the refresh tokens live.
  expire: (provider, { user }) => ({ gone: forget(['AccessToken'], user) }),
  // The grants of {user} (of all) are gone: nothing can be refreshed.
  revoke: (provider, { user }) => ({ gone: forget(['AccessToken', 'RefreshToken', 'Grant'], user) }),
  // {count, status, headers, body, delay_ms}: the token endpoint's next answers; without status just late ones
  fault: (provider, body) => { fault = body; return {}; },
  // What the token endpoint was asked: [{grant_type, client_id, ok, error}]
  requests: () => requests,
  // Every token that {user} was ever given
  issued: (provider, { user }) => issued.filter((one) => one.user === user).map((one) => one.token),
  tokens: () => ({ access: entries('AccessToken').length, refresh: entries('RefreshToken').length }),
};

async function text_of(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
}

async function answer_control(provider, request, response) {
  const action = control[request.url.slice('/test/'.length)];
  let status = 200, body;
  try {
    body = JSON.stringify(await action(provider, JSON.parse((await text_of(request)) || '{}')));
  } catch (error) {
    [status, body] = [500, JSON.stringify({ error: String(error) })];
  }
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

// Answers a token request as `fault` says; false when the provider shall answer.
async function answer_fault(request, response) {
  const f = fault;
  if (f.count !== undefined && --f.count <= 0) fault = null;
  if (f.delay_ms) await new Promise((done) => setTimeout(done, f.delay_ms));
  if (!f.status) return false;
  const grant = new URLSearchParams(await text_of(request));
  requests.push({ grant_type: grant.get('grant_type'), client_id: grant.get('client_id'), ok: false, error: 'fault' });
  response.writeHead(f.status, f.headers || { 'content-type': 'application/json' });
  response.end(f.body || '');
  return true;
}

const server = http.createServer();
server.listen(options.port || 0, '127.0.0.1', () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, configuration());
  const note = (ctx, error) => requests.push({
    grant_type: ctx.oidc?.params?.grant_type, client_id: ctx.oidc?.client?.clientId, scope: ctx.oidc?.params?.scope,
    ok: !error, error: error?.message,
  });
  provider.on('grant.success', (ctx) => note(ctx));
  provider.on('grant.error', (ctx, error) => note(ctx, error));
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (request.url.startsWith('/test/')) return answer_control(provider, request, response);
    if (fault && request.url.endsWith('/token') && await answer_fault(request, response)) return undefined;
    if (request.url.startsWith(`${TENANT}/v2.0/.well-known/`)) request.url = request.url.slice(`${TENANT}/v2.0`.length);
    return answer(request, response);
  });
  process.on('SIGUSR1', () => control.expire(provider, {}));
  process.on('SIGUSR2', () => control.revoke(provider, {}));
  console.log(`ready ${port}`);
});
