-- Notices (Mastodon: notifications), what is held back of them, and whom a reader lets through.

CREATE TABLE notices (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- who is told
    type text NOT NULL,
    from_id bigint NOT NULL,                    -- whose act it was
    source text NOT NULL,                       -- what caused it; with type and reader it happens once
    group_key text NOT NULL,
    post_id bigint,
    boost_id bigint,
    message_id bigint,
    subject_id bigint,                          -- report, warning, collection …, by type
    filtered boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    -- What a notice tells of may be taken back; it then goes with its cause, by foreign key.
    follow_by bigint GENERATED ALWAYS AS (CASE WHEN type = 'follow' THEN from_id END) STORED,
    request_by bigint GENERATED ALWAYS AS (CASE WHEN type = 'follow_request' THEN from_id END) STORED,
    favourite_by bigint GENERATED ALWAYS AS (CASE WHEN type = 'favourite' THEN from_id END) STORED,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, account_id, type, source),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, from_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, boost_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, message_id) REFERENCES messages ON DELETE CASCADE,
    FOREIGN KEY (org_id, follow_by, account_id) REFERENCES follows ON DELETE CASCADE,
    FOREIGN KEY (org_id, request_by, account_id) REFERENCES follow_requests ON DELETE CASCADE,
    FOREIGN KEY (org_id, favourite_by, post_id) REFERENCES favourites ON DELETE CASCADE
);
CREATE INDEX notices_list ON notices (org_id, account_id, id);
CREATE INDEX notices_group ON notices (org_id, account_id, group_key, id);
CREATE INDEX notices_from ON notices (org_id, from_id, account_id);
CREATE INDEX notices_held ON notices (org_id, account_id, from_id, id) WHERE filtered;
CREATE INDEX notices_post ON notices (org_id, post_id, type) WHERE post_id IS NOT NULL;
CREATE INDEX notices_boost ON notices (org_id, boost_id) WHERE boost_id IS NOT NULL;
CREATE INDEX notices_message ON notices (org_id, message_id) WHERE message_id IS NOT NULL;
SELECT secure_content('notices');

-- What a reader chose; without a row the defaults of the network's kind hold (notices/store.py).
CREATE TABLE notice_policies (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    for_not_following text NOT NULL CHECK (for_not_following IN ('accept', 'filter', 'drop')),
    for_not_followers text NOT NULL CHECK (for_not_followers IN ('accept', 'filter', 'drop')),
    for_new_accounts text NOT NULL CHECK (for_new_accounts IN ('accept', 'filter', 'drop')),
    for_private_mentions text NOT NULL CHECK (for_private_mentions IN ('accept', 'filter', 'drop')),
    for_limited_accounts text NOT NULL CHECK (for_limited_accounts IN ('accept', 'filter', 'drop')),
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('notice_policies');

-- An account whose notices are held back until the reader decides.
CREATE TABLE notice_requests (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    from_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, account_id, from_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, from_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX notice_requests_list ON notice_requests (org_id, account_id, id);
CREATE INDEX notice_requests_from ON notice_requests (org_id, from_id);
SELECT secure_content('notice_requests');

-- An accepted request: whatever the policy says, notices from this account come through.
CREATE TABLE notice_permissions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    from_id bigint NOT NULL,
    PRIMARY KEY (org_id, account_id, from_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, from_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX notice_permissions_from ON notice_permissions (org_id, from_id);
SELECT secure_content('notice_permissions');
