-- Files: attachments of posts and messages, and a register of every stored file with the type it is served as.

CREATE TABLE media (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    post_id bigint,
    message_id bigint,                          -- a message is never a post (T4), so it has its own column
    position int NOT NULL DEFAULT 0,            -- order on the post
    kind text NOT NULL DEFAULT 'unknown' CHECK (kind IN ('image', 'gifv', 'video', 'audio', 'unknown')),
    state text NOT NULL DEFAULT 'processing' CHECK (state IN ('processing', 'ready', 'failed')),
    description text CHECK (length(description) <= 10000),
    focus_x double precision CHECK (focus_x BETWEEN -1 AND 1),
    focus_y double precision CHECK (focus_y BETWEEN -1 AND 1),
    blurhash text,
    meta jsonb NOT NULL DEFAULT '{}',
    token text NOT NULL,                        -- unguessable part of the keys
    source_key text,                            -- as uploaded; gone when processed, never served
    original_key text,
    preview_key text,
    own_thumbnail boolean NOT NULL DEFAULT false,
    mime text,
    size bigint NOT NULL DEFAULT 0,
    error text,                                 -- shown to the sender
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE SET NULL (post_id),
    CHECK (num_nonnulls(post_id, message_id) <= 1)
);
CREATE INDEX media_post ON media (org_id, post_id, position) WHERE post_id IS NOT NULL;
CREATE INDEX media_message ON media (org_id, message_id, position) WHERE message_id IS NOT NULL;
CREATE INDEX media_account ON media (org_id, account_id, id);
CREATE INDEX media_loose ON media (created_at) WHERE post_id IS NULL AND message_id IS NULL;
SELECT secure_content('media');

-- No foreign keys: a row must outlive what it belonged to, until its file has been removed from the store.
CREATE TABLE media_files (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    key text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('source', 'original', 'preview', 'avatar', 'header', 'emoji', 'site', 'card')),
    mime text NOT NULL,
    size bigint NOT NULL,
    media_id bigint,
    account_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    doomed_at timestamptz,                      -- from then on the file may be removed
    PRIMARY KEY (org_id, key)
);
CREATE INDEX media_files_doomed ON media_files (doomed_at) WHERE doomed_at IS NOT NULL;
CREATE INDEX media_files_media ON media_files (org_id, media_id) WHERE media_id IS NOT NULL;
CREATE INDEX media_files_account ON media_files (org_id, account_id) WHERE account_id IS NOT NULL;
SELECT secure_content('media_files');

-- What signs the addresses of files in networks that are not public; one row.
CREATE TABLE media_secret (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    secret bytea NOT NULL CHECK (length(secret) = 32)
);
SELECT secure_system('media_secret');
INSERT INTO media_secret (secret)
    VALUES (sha256((gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text)::bytea));
