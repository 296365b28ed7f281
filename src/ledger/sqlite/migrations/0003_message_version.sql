-- The version that a message's own header has, such as D:96A:UN:EAN008: an acknowledgement repeats it.
ALTER TABLE message ADD COLUMN version TEXT NOT NULL DEFAULT '';
