-- Which interchanges a delivery answers: one file may answer several.
CREATE TABLE answer (
    interchange INTEGER NOT NULL REFERENCES interchange (id),
    delivery INTEGER NOT NULL REFERENCES delivery (id),
    PRIMARY KEY (interchange, delivery)
) WITHOUT ROWID;
INSERT INTO answer (interchange, delivery) SELECT acknowledges, id FROM delivery WHERE acknowledges IS NOT NULL;
DROP INDEX delivery_acknowledges;
ALTER TABLE delivery DROP COLUMN acknowledges;
