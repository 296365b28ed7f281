-- Files that several flows fill: their name, the numbers of their groups, and the groups that follow the first.
ALTER TABLE collection ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE control_number ADD COLUMN amount INTEGER NOT NULL DEFAULT 1;
CREATE TABLE delivery_group (
    delivery INTEGER NOT NULL REFERENCES delivery (id),
    place INTEGER NOT NULL,
    functional_id TEXT NOT NULL,
    first_ordinal INTEGER NOT NULL,
    PRIMARY KEY (delivery, place)
) WITHOUT ROWID;
