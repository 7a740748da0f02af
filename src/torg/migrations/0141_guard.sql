-- The leak guard: inside posts as shingles, file names, code words, and what was stopped. Rows of the inside network.

ALTER TABLE media ADD COLUMN file_name text CHECK (length(file_name) <= 255);   -- as it was uploaded

CREATE TABLE guard_posts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,
    PRIMARY KEY (org_id, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
CREATE INDEX guard_posts_network ON guard_posts (org_id, network_id, post_id);
SELECT secure_content('guard_posts');
SELECT with_post('guard_posts');

CREATE TABLE guard_shingles (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    shingle bigint NOT NULL,                    -- five words in a row, as a number
    post_id bigint NOT NULL,
    PRIMARY KEY (org_id, network_id, shingle, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES guard_posts ON DELETE CASCADE
);
CREATE INDEX guard_shingles_post ON guard_shingles (org_id, post_id);
SELECT secure_content('guard_shingles');
SELECT with_post('guard_shingles');

CREATE TABLE guard_files (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    name text NOT NULL,                         -- the words of a file's name
    post_id bigint NOT NULL,
    PRIMARY KEY (org_id, network_id, name, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES guard_posts ON DELETE CASCADE
);
CREATE INDEX guard_files_post ON guard_files (org_id, post_id);
SELECT secure_content('guard_files');
SELECT with_post('guard_files');

CREATE TABLE guard_terms (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    term text NOT NULL,                         -- as typed
    words text NOT NULL,                        -- as compared
    effect text NOT NULL CHECK (effect IN ('stop', 'allow')),
    created_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, words),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, created_by) REFERENCES accounts ON DELETE SET NULL (created_by)
);
CREATE INDEX guard_terms_created_by ON guard_terms (org_id, created_by);
SELECT secure_content('guard_terms');
SELECT not_for_guests('guard_terms');

CREATE TABLE guard_stops (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,                 -- the inside
    id bigint NOT NULL,
    public_network_id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- the public face that was stopped
    reason text NOT NULL CHECK (reason IN ('post', 'group', 'file', 'term')),
    text text NOT NULL,                         -- what was to be published
    digest text NOT NULL,                       -- SHA-256 of it
    passage text NOT NULL,                      -- the part that was recognised
    post_id bigint,                             -- the inside post that it was recognised in
    group_id bigint,
    attempts int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    released_by bigint,
    released_at timestamptz,
    used_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE SET NULL (post_id),
    FOREIGN KEY (org_id, group_id) REFERENCES groups ON DELETE SET NULL (group_id),
    FOREIGN KEY (org_id, released_by) REFERENCES accounts ON DELETE SET NULL (released_by)
);
-- One open stop for one text of one account: trying again counts, and does not fill the list.
CREATE UNIQUE INDEX guard_stops_open ON guard_stops (org_id, account_id, digest) WHERE used_at IS NULL;
CREATE INDEX guard_stops_listed ON guard_stops (org_id, network_id, id);
CREATE INDEX guard_stops_post ON guard_stops (org_id, post_id) WHERE post_id IS NOT NULL;
CREATE INDEX guard_stops_group ON guard_stops (org_id, group_id) WHERE group_id IS NOT NULL;
CREATE INDEX guard_stops_released_by ON guard_stops (org_id, released_by) WHERE released_by IS NOT NULL;
SELECT secure_content('guard_stops');
SELECT not_for_guests('guard_stops');
