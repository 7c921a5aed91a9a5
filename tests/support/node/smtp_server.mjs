// An SMTP server for tests: npm's smtp-server on loopback, STARTTLS on one port and implicit TLS on another. One
// argument, JSON:
//   {"cert": PATH, "key": PATH, "folder": PATH, "introspect": URL or null, "passwords": {user: password}}
// Prints "ready PORT TLS_PORT". Keeps what it takes as folder/0001.eml beside 0001.json, its envelope. How it behaves is
// read anew for every command from folder/behaviour.json, where that exists; every value is a reply to give instead:
//   {"auth": "535 5.7.139 ...", "mail": "...", "rcpt": "..." or {address: "..."}, "data": "...", "accepted": "2.0.0 OK",
//    "only": the one address that may send,
//    "lose": "before" or "after" (the connection breaks where the answer to a mail would come; kept or not), "delay_ms"}
import fs from 'node:fs';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';

const options = JSON.parse(process.argv[2]);
let taken = 0;

function behaviour() {
  try {
    return JSON.parse(fs.readFileSync(path.join(options.folder, 'behaviour.json'), 'utf8'));
  } catch {
    return {};
  }
}

// An error that makes smtp-server answer with that reply.
function refusal(reply) {
  const error = new Error(reply.slice(4));
  error.responseCode = Number(reply.slice(0, 3));
  return error;
}

async function token_owner(token) {
  const form = { client_id: 'dovecot', client_secret: 'dovecot-secret', token };
  const answer = await fetch(options.introspect, { method: 'POST', body: new URLSearchParams(form) });
  const { active, sub } = await answer.json();
  return active ? sub : undefined;
}

async function may_sign_in(auth) {
  if (auth.method !== 'XOAUTH2') return options.passwords[auth.username] === auth.password && Boolean(auth.password);
  return Boolean(options.introspect) && (await token_owner(auth.accessToken)) === auth.username;
}

async function on_auth(auth, session, done) {
  const reply = behaviour().auth;
  if (reply) return done(refusal(reply));
  if (await may_sign_in(auth)) return done(null, { user: auth.username });
  if (auth.method !== 'XOAUTH2') return done(refusal('535 5.7.3 Authentication unsuccessful'));
  return done(null, { data: { status: '401', schemes: 'bearer', scope: 'https://outlook.office.com/SMTP.Send' } });
}

function keep(mail, session) {
  taken += 1;
  const name = path.join(options.folder, String(taken).padStart(4, '0'));
  const { mailFrom, rcptTo } = session.envelope;
  const envelope = {
    from: mailFrom.address, to: rcptTo.map((r) => r.address), user: session.user || null, tls: Boolean(session.secure),
    session: session.id, ehlo: session.hostNameAppearsAs,
  };
  fs.writeFileSync(`${name}.eml.part`, mail);
  fs.writeFileSync(`${name}.json`, JSON.stringify(envelope));
  fs.renameSync(`${name}.eml.part`, `${name}.eml`);
}

function break_connection(servers, session) {
  for (const server of servers)
    for (const connection of server.connections) if (connection.id === session.id) connection._socket.destroy();
}

const servers = [];
async function on_data(stream, session, done) {
  const pieces = [];
  try {
    for await (const piece of stream) pieces.push(piece);
  } catch {
    return; // the client broke off within the mail: there is none
  }
  const how = behaviour();
  if (how.delay_ms) await new Promise((go) => setTimeout(go, how.delay_ms));
  if (how.data) return done(refusal(how.data));
  if (how.lose !== 'before') keep(Buffer.concat(pieces), session);
  if (how.lose) return break_connection(servers, session);
  return done(null, how.accepted || `2.0.0 OK <${taken}@smtp.example> [Hostname=smtp.example]`);
}

function sender_reply(address) {
  const { mail, only } = behaviour();
  return mail || (only && only !== address && '550 5.7.60 SMTP; Client does not have permissions to send as this sender');
}

function recipient_reply(address) {
  const { rcpt } = behaviour();
  return rcpt && typeof rcpt === 'object' ? rcpt[address] : rcpt;
}

const common = {
  key: fs.readFileSync(options.key), cert: fs.readFileSync(options.cert),
  authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'], disableReverseLookup: true, logger: false, size: 64e6, banner: 'poller tests',
  onAuth: on_auth, onData: on_data,
  onMailFrom: (address, session, done) => { const r = sender_reply(address.address); done(r ? refusal(r) : null); },
  onRcptTo: (address, session, done) => { const r = recipient_reply(address.address); done(r ? refusal(r) : null); },
};

function listen(secure) {
  const server = new SMTPServer({ ...common, secure });
  server.on('error', () => {}); // a client that breaks off is a test's business
  servers.push(server);
  return new Promise((done) => { server.listen(0, '127.0.0.1', () => done(server.server.address().port)); });
}

console.log(`ready ${await listen(false)} ${await listen(true)}`);
