-- How many bytes a file may have and has, and the moment it leaves where that is fixed.
ALTER TABLE collection ADD COLUMN max_bytes INTEGER NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE collection ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE collection ADD COLUMN cut_off INTEGER;
