// A person at a browser: opens an address, signs in as USER, agrees (or refuses), and ends where the pages end.
//   node browser.mjs URL USER [--refuse]
// Prints the last page's status, address and text. Loopback redirects of an app are followed like any other.
const [, , start, user, ...flags] = process.argv;
const refuse = flags.includes('--refuse');
const jars = new Map(); // cookies by host

const jar = (url) => jars.get(url.host) || jars.set(url.host, new Map()).get(url.host);

// Debian 12's Node has no getSetCookie(), and joins the fields by ", "; a comma in Expires is followed by no "NAME=".
function cookies_of(headers) {
  if (headers.getSetCookie) return headers.getSetCookie();
  return (headers.get('set-cookie') ?? '').split(/,\s*(?=[^;,=\s]+=)/).filter(Boolean);
}

function keep_cookies(url, response) {
  for (const cookie of cookies_of(response.headers)) {
    const [pair] = cookie.split(';');
    const at = pair.indexOf('=');
    jar(url).set(pair.slice(0, at), pair.slice(at + 1));
  }
}

async function open(address, form) {
  let url = new URL(address);
  let init = form ? { method: 'POST', body: new URLSearchParams(form) } : {};
  for (let hops = 0; hops < 20; hops += 1) {
    const cookie = [...jar(url)].map(([k, v]) => `${k}=${v}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: cookie ? { cookie } : {} });
    keep_cookies(url, response);
    if (response.status < 300 || response.status >= 400) return { url, status: response.status, text: await response.text() };
    url = new URL(response.headers.get('location'), url);
    init = {};
  }
  throw new Error('too many redirects');
}

const unescape = (text) => text.replace(/&#x2F;/g, '/').replace(/&amp;/g, '&');
const attribute = (tag, name) => unescape(new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? '');

function fill_in(text) {
  const form = {};
  for (const [tag] of text.matchAll(/<input[^>]*>/g)) if (attribute(tag, 'name')) form[attribute(tag, 'name')] = attribute(tag, 'value');
  if ('login' in form) form.login = user;
  if ('password' in form) form.password = 'any';
  return form;
}

let page = await open(start);
for (let pages = 0; pages < 10; pages += 1) {
  const action = /<form[^>]*>/.exec(page.text)?.[0];
  if (!action) break;
  const abort = /href="([^"]*\/abort)"/.exec(page.text)?.[1] ?? (/name="abort"/.test(page.text) ? 'field' : undefined);
  const form = fill_in(page.text);
  if (refuse && abort === 'field') form.abort = 'yes'; // a button, which fill_in does not press
  page = refuse && abort && abort !== 'field' ? await open(new URL(unescape(abort), page.url))
    : await open(new URL(attribute(action, 'action') || page.url, page.url), form);
  if (refuse && abort === 'field') break;
}
console.log(page.status, page.url.href);
console.log(page.text.replace(/<style[\s\S]*?<\/style>|<script[\s\S]*?<\/script>|<[^>]+>/g, ' ').replace(/\s+/g, ' ').trim());
