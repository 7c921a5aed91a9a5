// An IMAP server over TLS that has an empty INBOX for everybody and lets any number of connections stand in IDLE:
//   node idle_server.mjs CERT KEY PORT
// A line "notify" on standard input tells every connection of one new mail that is gone when it is looked for.
import fs from 'node:fs';
import readline from 'node:readline';
import tls from 'node:tls';

const [cert, key, port] = process.argv.slice(2);
const idling = new Set();
let commands = 0;

function answer(socket, state, line) {
  ++commands;
  if (state.idle) {
    if (line.toUpperCase() === 'DONE') {
      socket.write(`${state.idle} OK done\r\n`);
      state.idle = null;
      idling.delete(socket);
    }
    return;
  }
  const [tag, ...rest] = line.split(' ');
  const word = (rest[0] ?? '').toUpperCase() === 'UID' ? `UID ${rest[1].toUpperCase()}` : (rest[0] ?? '').toUpperCase();
  const ok = (untagged = '') => socket.write(`${untagged}${tag} OK done\r\n`);
  if (word === 'CAPABILITY') ok('* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR IDLE UIDPLUS MOVE\r\n');
  else if (word === 'AUTHENTICATE' || word === 'LOGIN') ok();
  else if (word === 'SELECT' || word === 'EXAMINE') ok('* 0 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 1] ok\r\n');
  else if (word === 'UID SEARCH') ok('* SEARCH\r\n');
  else if (word === 'IDLE') {
    state.idle = tag;
    idling.add(socket);
    socket.write('+ idling\r\n');
  } else if (word === 'LOGOUT') {
    socket.end(`* BYE bye\r\n${tag} OK done\r\n`);
  } else ok();
}

tls.createServer({cert: fs.readFileSync(cert), key: fs.readFileSync(key)}, (socket) => {
  const state = {idle: null, buffer: ''};
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('close', () => idling.delete(socket));
  socket.on('data', (data) => {
    state.buffer += data.toString('latin1');
    for (let at = state.buffer.indexOf('\r\n'); at >= 0; at = state.buffer.indexOf('\r\n')) {
      const line = state.buffer.slice(0, at);
      state.buffer = state.buffer.slice(at + 2);
      answer(socket, state, line);
    }
  });
  socket.write('* OK ready\r\n');
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));

readline.createInterface({input: process.stdin}).on('line', (line) => {
  if (line === 'count') console.log(`${idling.size} ${commands}`);
});
