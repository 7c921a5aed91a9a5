-- Mail on its way out: a row is written in the transaction that caused it.
CREATE TABLE outbox (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,    -- also the serial in the mail's keyed Message-ID
  kind         TEXT NOT NULL,                        -- reply, ack, closed, too_large, notice, forward, alert
  mailbox      TEXT NOT NULL,                        -- whose SMTP server sends it
  ticket_id    INTEGER REFERENCES ticket (id),
  message_id   INTEGER REFERENCES message (id),      -- NULL: no message of the ticket (notices, alerts)
  state        TEXT NOT NULL,                        -- pending, sending, sent, retry, uncertain, failed, cancelled
  attempts     INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  next_try     INTEGER NOT NULL,                     -- not before; 0: no further try
  tried_at     INTEGER NOT NULL,                     -- the last attempt; 0: none
  end_reached  INTEGER NOT NULL,                     -- the end of the mail may have been on the wire in this attempt
  last_error   TEXT NOT NULL,
  header_id    TEXT NOT NULL,                        -- Message-ID without angle brackets
  sender       TEXT NOT NULL,                        -- MAIL FROM; empty: the null sender
  to_json      TEXT NOT NULL,                        -- every recipient of the envelope
  owed_json    TEXT NOT NULL,                        -- those that no server has taken over yet
  answers      TEXT NOT NULL,                        -- automatic answers: the address answered, lower case; else empty
  subject      TEXT NOT NULL,
  raw_sha256   BLOB NOT NULL REFERENCES raw (sha256),
  size         INTEGER NOT NULL,
  server_reply TEXT NOT NULL                         -- the id in "250 2.0.0 OK <id>", else the reply's text
);
CREATE INDEX outbox_waiting ON outbox (mailbox, next_try) WHERE state IN ('pending', 'sending', 'retry', 'uncertain');
CREATE INDEX outbox_open ON outbox (state, created_at) WHERE state IN ('pending', 'sending', 'retry', 'uncertain', 'failed');
CREATE INDEX outbox_tried ON outbox (mailbox, tried_at);
CREATE INDEX outbox_header ON outbox (header_id);
CREATE INDEX outbox_message ON outbox (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_ticket ON outbox (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX outbox_answers ON outbox (answers, created_at) WHERE answers <> '';
CREATE INDEX outbox_raw ON outbox (raw_sha256);

-- Addresses that get no automatic answer for a while: their mail system refuses our mail for good.
CREATE TABLE mute (
  address TEXT PRIMARY KEY COLLATE NOCASE,
  until   INTEGER NOT NULL,
  reason  TEXT NOT NULL
) WITHOUT ROWID;
