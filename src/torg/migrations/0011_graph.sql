-- Who follows, blocks and mutes whom. Requests are a table of their own so that no query can take one for a follow.

CREATE TABLE follows (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    target_id bigint NOT NULL,
    show_boosts boolean NOT NULL DEFAULT true,
    notify boolean NOT NULL DEFAULT false,
    languages text[],
    PRIMARY KEY (org_id, account_id, target_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, target_id) REFERENCES accounts ON DELETE CASCADE,
    CHECK (account_id <> target_id)
);
CREATE INDEX follows_followers ON follows (org_id, target_id, id);
CREATE INDEX follows_following ON follows (org_id, account_id, id);
SELECT secure_content('follows');

CREATE TABLE follow_requests (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    target_id bigint NOT NULL,
    show_boosts boolean NOT NULL DEFAULT true,
    notify boolean NOT NULL DEFAULT false,
    languages text[],
    PRIMARY KEY (org_id, account_id, target_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, target_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX follow_requests_target ON follow_requests (org_id, target_id, id);
SELECT secure_content('follow_requests');

CREATE TABLE blocks (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    target_id bigint NOT NULL,
    PRIMARY KEY (org_id, account_id, target_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, target_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX blocks_target ON blocks (org_id, target_id);
CREATE INDEX blocks_list ON blocks (org_id, account_id, id);
SELECT secure_content('blocks');

CREATE TABLE mutes (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    target_id bigint NOT NULL,
    notifications boolean NOT NULL DEFAULT true,
    expires_at timestamptz,
    PRIMARY KEY (org_id, account_id, target_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, target_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX mutes_list ON mutes (org_id, account_id, id);
SELECT secure_content('mutes');

-- A user's own block of a whole server.
CREATE TABLE domain_blocks (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    domain text NOT NULL,
    PRIMARY KEY (org_id, account_id, domain),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('domain_blocks');

CREATE TABLE account_notes (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    target_id bigint NOT NULL,
    comment text NOT NULL,
    PRIMARY KEY (org_id, account_id, target_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, target_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('account_notes');

CREATE TABLE endorsements (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    target_id bigint NOT NULL,
    PRIMARY KEY (org_id, account_id, target_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, target_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('endorsements');

CREATE TABLE tag_follows (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    tag_id bigint NOT NULL,
    PRIMARY KEY (org_id, account_id, tag_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, tag_id) REFERENCES tags ON DELETE CASCADE
);
CREATE INDEX tag_follows_tag ON tag_follows (org_id, tag_id);
SELECT secure_content('tag_follows');

CREATE TABLE lists (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    title text NOT NULL,
    replies_policy text NOT NULL DEFAULT 'list' CHECK (replies_policy IN ('followed', 'list', 'none')),
    exclusive boolean NOT NULL DEFAULT false,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX lists_account ON lists (org_id, account_id, id);
SELECT secure_content('lists');

CREATE TABLE list_members (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    list_id bigint NOT NULL,
    account_id bigint NOT NULL,
    PRIMARY KEY (org_id, list_id, account_id),
    FOREIGN KEY (org_id, list_id) REFERENCES lists ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX list_members_account ON list_members (org_id, account_id);
SELECT secure_content('list_members');
