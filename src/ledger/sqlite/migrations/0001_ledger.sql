-- Words of states are those of src/exchange/states.rs. Times are milliseconds since 1970 in UTC, hashes 32 bytes.

CREATE TABLE bundle (
    hash BLOB PRIMARY KEY,
    path TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE activation (
    id INTEGER PRIMARY KEY,
    bundle BLOB NOT NULL REFERENCES bundle (hash),
    at INTEGER NOT NULL
);
CREATE INDEX activation_bundle ON activation (bundle);

CREATE TABLE intake (
    id INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL,
    client TEXT,
    name BLOB NOT NULL,
    identity TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha BLOB NOT NULL,
    spool_path TEXT NOT NULL,
    archive_path TEXT,
    bundle BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    parsed_at INTEGER,
    state TEXT NOT NULL,
    state_at INTEGER NOT NULL,
    reason TEXT,
    release_state TEXT NOT NULL,
    release_at INTEGER NOT NULL,
    release_reason TEXT,
    release_failures INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX intake_state ON intake (state);
CREATE INDEX intake_release ON intake (release_state);
CREATE INDEX intake_sha ON intake (sha);
CREATE INDEX intake_name ON intake (name);

-- Ids of interchanges and messages are never used twice: events name them, and index rows may be dropped.
CREATE TABLE interchange (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    intake INTEGER NOT NULL REFERENCES intake (id),
    ordinal INTEGER NOT NULL,
    syntax TEXT NOT NULL,
    sender TEXT NOT NULL,
    receiver TEXT NOT NULL,
    control_number TEXT NOT NULL,
    test INTEGER NOT NULL,
    release TEXT NOT NULL,
    byte_offset INTEGER NOT NULL,
    byte_length INTEGER NOT NULL DEFAULT 0,
    sha BLOB,
    fault TEXT,
    state TEXT NOT NULL,
    state_at INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    duplicate_of INTEGER REFERENCES interchange (id),
    owes_ack INTEGER NOT NULL DEFAULT 0,
    ack INTEGER REFERENCES delivery (id),
    UNIQUE (intake, ordinal)
);
CREATE INDEX interchange_key ON interchange (control_number, sender, receiver);
CREATE INDEX interchange_lane ON interchange (sender, receiver, syntax, test, id);
CREATE INDEX interchange_state ON interchange (state);
CREATE INDEX interchange_due ON interchange (id) WHERE owes_ack = 1 AND ack IS NULL;
CREATE INDEX interchange_ack ON interchange (ack) WHERE ack IS NOT NULL;
CREATE INDEX interchange_duplicate ON interchange (duplicate_of) WHERE duplicate_of IS NOT NULL;
-- Files without a control number are recognised by their bytes.
CREATE INDEX interchange_sha ON interchange (sha) WHERE control_number = '';

CREATE TABLE message_group (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    interchange INTEGER NOT NULL REFERENCES interchange (id),
    functional_id TEXT NOT NULL,
    control_number TEXT NOT NULL,
    sender TEXT NOT NULL,
    receiver TEXT NOT NULL,
    version TEXT NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    fault TEXT
);
CREATE INDEX message_group_interchange ON message_group (interchange);

CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    intake INTEGER NOT NULL REFERENCES intake (id),
    interchange INTEGER NOT NULL REFERENCES interchange (id),
    message_group INTEGER NOT NULL REFERENCES message_group (id),
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    control_number TEXT NOT NULL,
    byte_offset INTEGER NOT NULL,
    byte_length INTEGER NOT NULL,
    fault TEXT,
    state TEXT NOT NULL,
    state_at INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    syntax TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    run INTEGER NOT NULL DEFAULT 0,
    bundle BLOB,
    client TEXT,
    findings_dropped INTEGER NOT NULL DEFAULT 0,
    -- What its sender was told of its syntax before it was retried, as long as nothing else was told him since.
    told TEXT,
    -- Who had it processed although it came before.
    permitted_by TEXT
);
CREATE INDEX message_intake ON message (intake, state);
CREATE INDEX message_state ON message (state);
CREATE INDEX message_interchange ON message (interchange, syntax);
CREATE INDEX message_message_group ON message (message_group);
CREATE INDEX message_client ON message (client);

CREATE TABLE finding (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    run INTEGER NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    byte_offset INTEGER,
    byte_length INTEGER,
    segment INTEGER,
    tag TEXT,
    loop_id TEXT,
    element INTEGER,
    repetition INTEGER,
    component INTEGER,
    element_id TEXT,
    arguments TEXT NOT NULL,
    map_path TEXT,
    map_line INTEGER,
    help TEXT
);
CREATE INDEX finding_owner ON finding (entity_id, entity);

CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES message (id),
    run INTEGER NOT NULL,
    client TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    body BLOB NOT NULL,
    sha BLOB NOT NULL,
    sender TEXT NOT NULL,
    test INTEGER NOT NULL,
    -- Hash of the body without its provenance, and of the bytes of the message it was read from.
    content BLOB NOT NULL,
    source BLOB NOT NULL,
    -- Ours: what the sender is told of what he sent.
    advice INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX document_message ON document (message);
CREATE INDEX document_number ON document (number, client, kind) WHERE number <> '';

CREATE TABLE document_key (
    value TEXT NOT NULL,
    field TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES document (id),
    PRIMARY KEY (value, field, document)
) WITHOUT ROWID;

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    name TEXT NOT NULL,
    spool_path TEXT NOT NULL,
    sha BLOB NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL,
    state_at INTEGER NOT NULL,
    reason TEXT,
    planned_at INTEGER NOT NULL,
    published_at INTEGER,
    inferred INTEGER NOT NULL DEFAULT 0,
    resend_of INTEGER REFERENCES delivery (id),
    -- The interchange it answers. There may be several answers: the first, and corrections of it.
    acknowledges INTEGER REFERENCES interchange (id)
);
CREATE INDEX delivery_acknowledges ON delivery (acknowledges) WHERE acknowledges IS NOT NULL;
CREATE INDEX delivery_state ON delivery (state);
CREATE INDEX delivery_resend ON delivery (resend_of) WHERE resend_of IS NOT NULL;

CREATE TABLE output (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES document (id),
    message INTEGER NOT NULL REFERENCES message (id),
    intake INTEGER NOT NULL REFERENCES intake (id),
    flow TEXT NOT NULL,
    map TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    gathering TEXT NOT NULL,
    spool_segment INTEGER NOT NULL,
    byte_offset INTEGER NOT NULL,
    byte_length INTEGER NOT NULL,
    sha BLOB NOT NULL,
    delivery INTEGER REFERENCES delivery (id),
    advice INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX output_advice ON output (intake) WHERE advice = 1;
CREATE INDEX output_message ON output (message);
CREATE INDEX output_document ON output (document);
CREATE INDEX output_delivery ON output (delivery) WHERE delivery IS NOT NULL;
CREATE INDEX output_unplanned ON output (intake) WHERE delivery IS NULL;

CREATE TABLE lane (
    name TEXT PRIMARY KEY,
    last_number INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE control_number (
    lane TEXT NOT NULL REFERENCES lane (name),
    delivery_key TEXT NOT NULL,
    number INTEGER NOT NULL,
    reserved_at INTEGER NOT NULL,
    PRIMARY KEY (lane, delivery_key)
) WITHOUT ROWID;
CREATE INDEX control_number_number ON control_number (lane, number, reserved_at);

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT,
    who TEXT
);
CREATE INDEX event_entity ON event (entity_id, entity);
