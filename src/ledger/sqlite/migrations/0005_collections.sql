-- Files that wait for outputs of several documents.
CREATE TABLE collection (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    client TEXT NOT NULL,
    flow TEXT NOT NULL,
    map TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    bundle BLOB NOT NULL,
    window_key TEXT NOT NULL,
    every_ms INTEGER NOT NULL,
    max_outputs INTEGER NOT NULL,
    outputs INTEGER NOT NULL DEFAULT 0,
    opened_at INTEGER NOT NULL,
    closes_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    state_at INTEGER NOT NULL,
    reason TEXT
);
CREATE INDEX collection_open ON collection (window_key, client) WHERE state = 'OPEN';
CREATE INDEX collection_state ON collection (state, closes_at);

ALTER TABLE output ADD COLUMN collection INTEGER REFERENCES collection (id);
CREATE INDEX output_collection ON output (collection) WHERE collection IS NOT NULL;
