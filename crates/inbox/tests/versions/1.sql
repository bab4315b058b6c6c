-- Added by version 1 of the schema, as it was released.
CREATE TABLE notification (
    row         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,
    title       TEXT NOT NULL,
    message     TEXT NOT NULL,
    data        TEXT,
    sender      TEXT NOT NULL,
    channel     TEXT,
    at          INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    -- Every time zone is a multiple of 15 minutes from UTC, so a quarter of an hour lies within one
    -- local day, whatever the zone is when it is asked for. A plain column: SQLite does not take an
    -- index on an expression or on a generated column as covering a query.
    quarter     INTEGER NOT NULL CHECK (quarter = received_at / 900000),
    read        INTEGER NOT NULL DEFAULT 0 CHECK (read IN (0, 1)),
    caught_up   INTEGER NOT NULL CHECK (caught_up IN (0, 1))
) STRICT;

-- Lists, narrow: skipping 900,000 rows must not read their texts.
CREATE INDEX arrival ON notification (row, channel, kind, read);
CREATE INDEX unread ON notification (row, channel, kind) WHERE read = 0;
CREATE INDEX day ON notification (quarter, channel, kind, read);

-- Counts that cost the same however long the history is. '' stands for broadcasts.
CREATE TABLE tally (
    channel TEXT PRIMARY KEY,
    total   INTEGER NOT NULL DEFAULT 0,
    unread  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TRIGGER tally_insert AFTER INSERT ON notification BEGIN
    INSERT INTO tally (channel, total, unread) VALUES (ifnull(new.channel, ''), 1, 1 - new.read)
    ON CONFLICT (channel) DO UPDATE SET total = total + 1, unread = unread + 1 - new.read;
END;
CREATE TRIGGER tally_read AFTER UPDATE OF read ON notification WHEN new.read <> old.read BEGIN
    UPDATE tally SET unread = unread + old.read - new.read WHERE channel = ifnull(new.channel, '');
END;
CREATE TRIGGER tally_delete AFTER DELETE ON notification BEGIN
    UPDATE tally SET total = total - 1, unread = unread - 1 + old.read
    WHERE channel = ifnull(old.channel, '');
END;
