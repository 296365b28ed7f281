-- What partners say about what we sent.

-- What an acknowledgement can name of a delivery, and how long one is waited for; NULL if none is expected.
ALTER TABLE delivery ADD COLUMN functional_id TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN answer_within_ms INTEGER;
-- When the alarm was raised that none came.
ALTER TABLE delivery ADD COLUMN overdue_at INTEGER;
ALTER TABLE delivery ADD COLUMN verdict TEXT;
CREATE INDEX delivery_awaited ON delivery (published_at + answer_within_ms)
    WHERE state = 'PUBLISHED' AND answer_within_ms IS NOT NULL AND overdue_at IS NULL;

-- Place of the output in its delivery, from 1: the number the partner knows it by.
ALTER TABLE output ADD COLUMN ordinal INTEGER NOT NULL DEFAULT 1;
ALTER TABLE output ADD COLUMN verdict TEXT;

CREATE TABLE reply (
    message INTEGER NOT NULL REFERENCES message (id),
    delivery INTEGER NOT NULL REFERENCES delivery (id),
    verdict TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (message, delivery)
) WITHOUT ROWID;
CREATE INDEX reply_delivery ON reply (delivery);
