-- Who takes part in a ticket beside its requester: To and Cc of its accepted mails. Rows of a merged ticket
-- stay: ticket.merged_into leads from them to the other one, as it does in `thread`.
CREATE TABLE participant (
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  address   TEXT NOT NULL COLLATE NOCASE,
  PRIMARY KEY (ticket_id, address)
) WITHOUT ROWID;

INSERT OR IGNORE INTO participant (ticket_id, address)
SELECT m.ticket_id, json_extract(j.value, '$.address')
FROM message AS m, json_each(m.to_json) AS j
WHERE m.ticket_id IS NOT NULL AND m.direction = 'in' AND instr(json_extract(j.value, '$.address'), '@') > 0;
INSERT OR IGNORE INTO participant (ticket_id, address)
SELECT m.ticket_id, json_extract(j.value, '$.address')
FROM message AS m, json_each(m.cc_json) AS j
WHERE m.ticket_id IS NOT NULL AND m.direction = 'in' AND instr(json_extract(j.value, '$.address'), '@') > 0;

-- The keys that sign our Message-IDs. The newest signs, every one verifies.
CREATE TABLE message_key (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  secret     TEXT NOT NULL,
  created_at INTEGER NOT NULL                          -- 0: made before this table was
);
INSERT INTO message_key (secret, created_at) SELECT value, 0 FROM value WHERE name = 'outbox.message_id_key';
DELETE FROM value WHERE name = 'outbox.message_id_key';

-- How many tickets there were lately, of one sender and of all; how many automatic answers.
CREATE INDEX ticket_created ON ticket (created_at);
CREATE INDEX ticket_requester_created ON ticket (requester_address COLLATE NOCASE, created_at);
CREATE INDEX outbox_answered ON outbox (created_at) WHERE answers <> '';
