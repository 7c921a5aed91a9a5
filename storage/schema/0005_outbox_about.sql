-- The message that a notice to agents tells of. Its ticket is the notice's, also after a split.
ALTER TABLE outbox ADD COLUMN about INTEGER REFERENCES message (id);
CREATE INDEX outbox_about ON outbox (about) WHERE about IS NOT NULL;
