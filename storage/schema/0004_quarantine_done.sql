-- Retention counts from when a row was done with. NULL: it waits for a person, or was done with before this was kept.
ALTER TABLE quarantine ADD COLUMN done_at INTEGER;
