-- What people show on their profiles besides posts: hashtags and collections of accounts; and suggestions put aside.

CREATE TABLE featured_tags (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    tag_id bigint NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, account_id, tag_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, tag_id) REFERENCES tags ON DELETE CASCADE
);
SELECT secure_content('featured_tags');

-- How often and when somebody used a tag.
CREATE INDEX post_tags_account ON post_tags (org_id, account_id, tag_id, post_id);
CREATE INDEX tag_follows_list ON tag_follows (org_id, account_id, id);
CREATE INDEX endorsements_list ON endorsements (org_id, account_id, id);

CREATE TABLE collections (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    description text NOT NULL DEFAULT '',
    language text,
    tag_id bigint,
    sensitive boolean NOT NULL DEFAULT false,
    discoverable boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, tag_id) REFERENCES tags ON DELETE SET NULL (tag_id)
);
CREATE INDEX collections_account ON collections (org_id, account_id, id);
SELECT secure_content('collections');

CREATE TABLE collection_items (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    collection_id bigint NOT NULL,
    account_id bigint NOT NULL,
    -- A revoked item stays, so that its account cannot be put back against its will.
    state text NOT NULL DEFAULT 'accepted' CHECK (state IN ('pending', 'accepted', 'revoked')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, collection_id, account_id),
    FOREIGN KEY (org_id, collection_id) REFERENCES collections ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX collection_items_account ON collection_items (org_id, account_id, id);
SELECT secure_content('collection_items');

-- Suggestions that somebody does not want to see again.
CREATE TABLE dismissed_suggestions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    target_id bigint NOT NULL,
    PRIMARY KEY (org_id, account_id, target_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, target_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('dismissed_suggestions');

-- Popular accounts, for suggestions and the directory.
CREATE INDEX accounts_popular ON accounts (org_id, network_id, followers_count DESC);
CREATE INDEX accounts_recent ON accounts (org_id, network_id, last_post_at DESC NULLS LAST, id DESC);
