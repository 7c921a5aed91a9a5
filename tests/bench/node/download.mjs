// Downloads the INBOX with imapflow and reads each mail with mailparser; keeps nothing.
//   node download.mjs PORT CA_FILE USER PASSWORD
import { readFileSync } from 'node:fs';
import { ImapFlow } from 'imapflow';
import { simpleParser } from 'mailparser';

const [port, caFile, user, password] = process.argv.slice(2);
const client = new ImapFlow({
  host: 'localhost',
  port: Number(port),
  secure: true,
  tls: { ca: readFileSync(caFile) },
  auth: { user, pass: password },
  logger: false,
});
await client.connect();
const lock = await client.getMailboxLock('INBOX');
let mails = 0;
for await (const message of client.fetch('1:*', { uid: true, source: true })) {
  await simpleParser(message.source);
  mails += 1;
}
lock.release();
await client.logout();
console.log(`${mails} mails`);
