-- Moderation of the outside: which accounts a block of their server limits, what of their files is kept and shown.

-- The limit that an account has from a block of its server ('' none): taken back with the block. A moderator's own
-- measure against the account empties it, and stays when the block goes.
ALTER TABLE accounts ADD COLUMN host_limit text NOT NULL DEFAULT ''
    CHECK (host_limit IN ('', 'silence', 'suspend'));
CREATE INDEX accounts_host ON accounts (org_id, network_id, host, id) WHERE host <> '';

ALTER TABLE media ADD COLUMN rejected boolean NOT NULL DEFAULT false;  -- of a server whose files are not shown

-- Attempts to copy a file of another server, and when the copy that there is was made.
CREATE TABLE remote_files (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    media_id bigint NOT NULL,
    claimed_until timestamptz,                  -- a process is fetching it
    failures int NOT NULL DEFAULT 0,
    retry_at timestamptz,                       -- not before; 'infinity' where trying again is no use
    fetched_at timestamptz,                     -- NULL: there is no copy
    used_at timestamptz,                        -- last asked for, to the day
    PRIMARY KEY (org_id, media_id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, media_id) REFERENCES media ON DELETE CASCADE
);
CREATE INDEX remote_files_fetched ON remote_files (org_id, network_id, fetched_at) WHERE fetched_at IS NOT NULL;
SELECT secure_content('remote_files');
SELECT not_for_guests('remote_files');

-- The pictures that a remote account names, and which of them ours was made from.
CREATE TABLE remote_portraits (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('avatar', 'header')),
    url text NOT NULL,
    kept_url text,                              -- what our copy was made from; NULL: there is none
    failures int NOT NULL DEFAULT 0,
    fetched_at timestamptz,
    PRIMARY KEY (org_id, account_id, kind),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX remote_portraits_fetched ON remote_portraits (org_id, network_id, fetched_at) WHERE kept_url IS NOT NULL;
SELECT secure_content('remote_portraits');
SELECT not_for_guests('remote_portraits');

ALTER TABLE remote_emojis ADD COLUMN kept_url text;   -- what our copy was made from; NULL: there is none
ALTER TABLE remote_emojis ADD COLUMN fetched_at timestamptz;
ALTER TABLE remote_emojis ADD COLUMN failures int NOT NULL DEFAULT 0;
