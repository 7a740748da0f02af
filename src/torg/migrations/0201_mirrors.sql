-- Feeds of blogs, mirrored into accounts of public networks.
CREATE TABLE mirrors (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- who posts
    made_by bigint,                             -- the account's owner, or an administrator
    url text NOT NULL,                          -- asked; follows permanent redirects
    url_hash bytea NOT NULL,
    title text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'stopped')),
    begun boolean NOT NULL DEFAULT false,       -- whether the first run is over
    etag text,
    last_modified text,
    next_at timestamptz NOT NULL DEFAULT now(),
    checked_at timestamptz,
    failures int NOT NULL DEFAULT 0,
    failing_since timestamptz,
    problem text,                               -- mirrors/model.py:Problem
    detail text NOT NULL DEFAULT '',
    hub text,                                   -- the feed's own hub (WebSub), and what we asked of it
    hub_topic text,
    hub_token text UNIQUE,                      -- the secret part of our callback
    hub_secret text,
    hub_until timestamptz,                      -- NULL: not confirmed
    hub_asked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, account_id, url_hash),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, made_by) REFERENCES accounts ON DELETE SET NULL (made_by)
);
CREATE INDEX mirrors_due ON mirrors (next_at) WHERE state = 'active';
CREATE INDEX mirrors_network ON mirrors (org_id, network_id, id);
CREATE INDEX mirrors_made_by ON mirrors (org_id, made_by) WHERE made_by IS NOT NULL;
SELECT secure_content('mirrors');

-- Which entries were seen: each becomes a post once, or never.
CREATE TABLE mirror_entries (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    mirror_id bigint NOT NULL,
    key bytea NOT NULL,                         -- SHA-256 of the entry's id
    link_key bytea,                             -- SHA-256 of its address, where it is its own
    post_id bigint,                             -- NULL: seen and not posted, or the post is gone
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, mirror_id, key),
    FOREIGN KEY (org_id, mirror_id) REFERENCES mirrors ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE SET NULL (post_id)
);
CREATE INDEX mirror_entries_link ON mirror_entries (org_id, mirror_id, link_key);
CREATE INDEX mirror_entries_post ON mirror_entries (org_id, post_id) WHERE post_id IS NOT NULL;
SELECT secure_content('mirror_entries');
