-- Added by version 2 of the schema, as it was released.
-- The hub's database that was last heard at an address.
CREATE TABLE hub (
    address TEXT PRIMARY KEY,
    epoch   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Everything of a channel up to `seq` is here, or no longer kept by the hub. '*' stands for broadcasts.
CREATE TABLE cursor (
    epoch   TEXT NOT NULL,
    channel TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (epoch, channel)
) STRICT, WITHOUT ROWID;

-- Of these channels something may be missing, and the person has not said that they know.
CREATE TABLE gap (
    channel TEXT PRIMARY KEY,
    since   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row at most: by which id hubs know this computer. With the history, because it names the history's
-- cursors: a computer that lost the one must not pass for having what was in the other.
CREATE TABLE device (id TEXT NOT NULL) STRICT;
