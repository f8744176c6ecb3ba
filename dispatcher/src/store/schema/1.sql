-- Times are milliseconds since 1970-01-01 00:00 UTC; ids of events and deliveries have 16 bytes; what the numbers of states,
-- reasons and results mean is said in codes.rs.

-- Tells a wrong key before anything is done with it.
CREATE TABLE key_check (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sealed BLOB NOT NULL
) STRICT;

-- AUTOINCREMENT: a number is not used again after its listener was removed.
CREATE TABLE listener (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Encrypted whole: URIs and headers can be secrets, too.
    registration BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    disabled_reason INTEGER,
    failed_in_a_row INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    last_success_at INTEGER,
    CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
) STRICT;

-- Listeners that are removed while some of their pending deliveries are still to be given up.
CREATE TABLE removed_listener (
    id INTEGER PRIMARY KEY,
    removed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE event (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    accepted_at INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE INDEX event_accepted_at ON event (accepted_at);

-- The listener is no foreign key: what was delivered stays in the log after its listener is gone.
CREATE TABLE delivery (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    event BLOB NOT NULL REFERENCES event (id),
    listener INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
    reason INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    finished_at INTEGER,
    CHECK ((due_at IS NOT NULL) = (state = 0)),
    CHECK ((finished_at IS NULL) = (state = 0)),
    CHECK ((reason IS NOT NULL) = (state = 2))
) STRICT, WITHOUT ROWID;

-- Without row ids, every index ends with the delivery's id: the lists are in its order.
CREATE UNIQUE INDEX delivery_event ON delivery (event, listener);
CREATE INDEX delivery_state ON delivery (state);
CREATE INDEX delivery_listener ON delivery (listener, state);
CREATE INDEX delivery_pending ON delivery (listener, due_at) WHERE state = 0;
CREATE INDEX delivery_finished ON delivery (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE attempt (
    delivery BLOB NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    -- In milliseconds.
    duration INTEGER NOT NULL,
    result INTEGER NOT NULL,
    answer BLOB NOT NULL,
    PRIMARY KEY (delivery, number)
) STRICT;

CREATE TABLE idempotency (
    key TEXT NOT NULL PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    answer TEXT NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT;

CREATE INDEX idempotency_stored_at ON idempotency (stored_at);

-- Written to find out whether it can be written to.
CREATE TABLE write_check (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    writes INTEGER NOT NULL
) STRICT;
