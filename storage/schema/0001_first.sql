-- The first schema. Described for readers in docs/schema.md; only the views at the end are a promise.
-- Times are seconds since 1970-01-01T00:00:00Z. Hashes are the 32 bytes of a SHA-256.
PRAGMA application_id = 0x506f6c6c;

-- Mails as they came, each once. Small ones stand here, larger ones in the file beside this one (PATH-raw).
CREATE TABLE raw (
  id     INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,      -- of the unpacked bytes
  size   INTEGER NOT NULL,          -- of the unpacked bytes
  codec  INTEGER NOT NULL,          -- 0 as they are, 1 zstd
  beside INTEGER,                   -- the number in PATH-raw
  bytes  BLOB                       -- NULL, and no number beside: removed by retention
);
CREATE UNIQUE INDEX raw_beside ON raw (beside) WHERE beside IS NOT NULL;

CREATE TABLE ticket (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  number            TEXT NOT NULL,
  subject           TEXT NOT NULL,
  queue             TEXT NOT NULL,
  status            TEXT NOT NULL,
  priority          TEXT NOT NULL,
  assignee          TEXT NOT NULL,
  tags_json         TEXT NOT NULL,
  requester_name    TEXT NOT NULL,
  requester_address TEXT NOT NULL,
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL,
  message_count     INTEGER NOT NULL,
  merged_into       INTEGER REFERENCES ticket (id)   -- never a ticket that is merged itself
);
CREATE UNIQUE INDEX ticket_number ON ticket (number COLLATE NOCASE);
CREATE INDEX ticket_updated ON ticket (updated_at);
CREATE INDEX ticket_status ON ticket (status, updated_at);
CREATE INDEX ticket_queue ON ticket (queue, updated_at);
CREATE INDEX ticket_queue_status ON ticket (queue, status, updated_at);
CREATE INDEX ticket_requester ON ticket (requester_address COLLATE NOCASE, updated_at);
CREATE INDEX ticket_merged ON ticket (merged_into) WHERE merged_into IS NOT NULL;

-- The long columns stand last: a reader of the short ones does not walk over them.
CREATE TABLE message (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id     INTEGER REFERENCES ticket (id),      -- NULL: kept without a ticket (an ignored mail)
  direction     TEXT NOT NULL,
  kind          TEXT NOT NULL,
  state         TEXT NOT NULL,
  mailbox       TEXT NOT NULL,
  received_at   INTEGER NOT NULL,
  date          INTEGER,
  header_id     TEXT,                                -- the mail's own Message-ID
  in_reply_to   TEXT NOT NULL,                       -- JSON
  subject       TEXT NOT NULL,
  from_name     TEXT,                                -- NULL: no From
  from_address  TEXT,
  to_json       TEXT NOT NULL,
  cc_json       TEXT NOT NULL,
  raw_sha256    BLOB REFERENCES raw (sha256),        -- NULL: a note
  size          INTEGER NOT NULL,
  identity      TEXT,                                -- equal for copies of one mail
  extra_json    TEXT NOT NULL,                       -- the other fields of the mail and its verdict
  decision_json TEXT NOT NULL,                       -- why it went where it is
  text          TEXT NOT NULL,
  new_text      TEXT,                                -- NULL: the same as text
  html          TEXT
);
CREATE INDEX message_ticket ON message (ticket_id, received_at);
CREATE INDEX message_identity ON message (identity) WHERE identity IS NOT NULL;

CREATE TABLE attachment (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id   INTEGER NOT NULL REFERENCES message (id),
  position     INTEGER NOT NULL,                     -- from 0
  filename     TEXT,
  content_type TEXT NOT NULL,
  size         INTEGER NOT NULL,
  sha256       BLOB NOT NULL,
  content_id   TEXT,
  inline       INTEGER NOT NULL,
  raw_offset   INTEGER NOT NULL,                     -- where its bytes lie in the raw mail
  raw_length   INTEGER NOT NULL,
  raw_encoding INTEGER NOT NULL,                     -- 0 identity, 1 base64, 2 quoted-printable, 3 uuencode, 4 yEnc
  raw_inside   TEXT NOT NULL                         -- the way inside a container
);
CREATE INDEX attachment_message ON attachment (message_id, position);

-- Every Message-ID by which an answer finds its ticket: those of stored messages, and those that they refer to.
CREATE TABLE thread (
  header_id  TEXT NOT NULL,
  ticket_id  INTEGER NOT NULL REFERENCES ticket (id),
  message_id INTEGER REFERENCES message (id),        -- NULL: only referred to
  PRIMARY KEY (header_id, ticket_id)
) WITHOUT ROWID;

-- Further copies of a stored message: the same mail in a second mailbox, or met again after a UIDVALIDITY change.
CREATE TABLE delivery (
  id          INTEGER PRIMARY KEY,
  message_id  INTEGER NOT NULL REFERENCES message (id),
  mailbox     TEXT NOT NULL,
  folder      TEXT NOT NULL,
  uidvalidity INTEGER NOT NULL,
  uid         INTEGER NOT NULL,
  uidl        TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  sha256      BLOB NOT NULL                          -- of that copy's bytes, which are not kept
);
CREATE INDEX delivery_message ON delivery (message_id);

CREATE TABLE contact (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  address       TEXT NOT NULL,
  name          TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at  INTEGER NOT NULL                     -- to the hour
);
CREATE UNIQUE INDEX contact_address ON contact (address COLLATE NOCASE);

CREATE TABLE change (
  sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id   INTEGER NOT NULL REFERENCES ticket (id),
  message_id  INTEGER REFERENCES message (id),
  at          INTEGER NOT NULL,
  who         TEXT NOT NULL,
  what        TEXT NOT NULL,
  detail_json TEXT NOT NULL
);
CREATE INDEX change_ticket ON change (ticket_id, sequence);

-- What was met on servers, and how far it came. States: 0 in hand, 1 stored, 2 settled, 3 quarantined, 4 held.
CREATE TABLE ledger (
  mailbox     TEXT NOT NULL,
  folder      TEXT NOT NULL,
  uidvalidity INTEGER NOT NULL,
  uid         INTEGER NOT NULL,
  uidl        TEXT NOT NULL,
  state       INTEGER NOT NULL,
  attempts    INTEGER NOT NULL,
  message_id  INTEGER REFERENCES message (id),
  changed_at  INTEGER NOT NULL,
  holder      TEXT,                                  -- the process that has it in hand
  PRIMARY KEY (mailbox, folder, uidvalidity, uid, uidl)
) WITHOUT ROWID;
CREATE INDEX ledger_in_hand ON ledger (mailbox) WHERE state = 0;
CREATE INDEX ledger_unsettled ON ledger (mailbox, folder, uidvalidity, changed_at, uid) WHERE state IN (1, 3);

CREATE TABLE folder_state (
  mailbox           TEXT NOT NULL,
  folder            TEXT NOT NULL,
  uidvalidity       INTEGER NOT NULL,
  watermark         INTEGER NOT NULL,
  listed_in_full_at INTEGER NOT NULL,
  start_uid         INTEGER NOT NULL,
  PRIMARY KEY (mailbox, folder)
) WITHOUT ROWID;

CREATE TABLE quarantine (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  mailbox        TEXT NOT NULL,
  folder         TEXT NOT NULL,
  uidvalidity    INTEGER NOT NULL,
  uid            INTEGER NOT NULL,
  uidl           TEXT NOT NULL,
  reason         TEXT NOT NULL,
  attempts       INTEGER NOT NULL,
  complete       INTEGER NOT NULL,                   -- every byte of the mail is in raw
  raw_sha256     BLOB REFERENCES raw (sha256),
  size           INTEGER NOT NULL,
  subject        TEXT NOT NULL,
  received_at    INTEGER NOT NULL,
  state          TEXT NOT NULL,                      -- open, retried, dropped, retry-wanted
  ticket_id      INTEGER REFERENCES ticket (id),
  retry_max_size INTEGER NOT NULL
);
CREATE INDEX quarantine_waiting ON quarantine (id) WHERE state IN ('open', 'retry-wanted');

CREATE TABLE mailbox_status (
  name         TEXT PRIMARY KEY,
  state        TEXT NOT NULL,
  last_success INTEGER NOT NULL,
  next_poll    INTEGER NOT NULL,
  lag_seconds  INTEGER NOT NULL,
  last_error   TEXT NOT NULL,
  since        INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE value (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- Who works on a mailbox. The row stays when nobody does, so that the token grows for ever.
CREATE TABLE lease (
  mailbox TEXT PRIMARY KEY,
  token   INTEGER NOT NULL,
  holder  TEXT,                                      -- NULL: free
  until   INTEGER NOT NULL
) WITHOUT ROWID;

-- The promise to other programs: these columns stay.
CREATE VIEW ticket_v1 AS
SELECT id, number, subject, queue, status, priority, requester_name, requester_address,
       strftime('%Y-%m-%dT%H:%M:%SZ', created_at, 'unixepoch') AS created_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', updated_at, 'unixepoch') AS updated_at,
       message_count
FROM ticket;

CREATE VIEW message_v1 AS
SELECT id, ticket_id, direction, kind, header_id AS message_id, in_reply_to, subject, from_name, from_address,
       to_json, cc_json,
       strftime('%Y-%m-%dT%H:%M:%SZ', date, 'unixepoch') AS date,
       strftime('%Y-%m-%dT%H:%M:%SZ', received_at, 'unixepoch') AS received_at,
       mailbox, text, coalesce(new_text, text) AS new_text, html, 
       CASE WHEN raw_sha256 IS NOT NULL THEN lower(hex(raw_sha256)) END AS raw_sha256
FROM message;

CREATE VIEW attachment_v1 AS
SELECT id, message_id, position, filename, content_type, size, lower(hex(sha256)) AS sha256, content_id, inline
FROM attachment;

CREATE VIEW change_v1 AS
SELECT sequence, ticket_id, message_id, strftime('%Y-%m-%dT%H:%M:%SZ', at, 'unixepoch') AS at, who, what, detail_json
FROM change;
