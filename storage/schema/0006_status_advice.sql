-- What to do about a mailbox's last error.
ALTER TABLE mailbox_status ADD COLUMN advice TEXT NOT NULL DEFAULT '';
