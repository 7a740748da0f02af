-- Posts and what hangs on them. Every table: (org_id, id) keys, network_id, the wall's policies.

CREATE TABLE posts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    -- A message is never a post (T4), so there is no audience 'direct'.
    audience text NOT NULL CHECK (audience IN ('everyone', 'followers', 'group', 'mentioned')),
    listed boolean NOT NULL DEFAULT true,       -- false: Mastodon's "unlisted"; only with audience everyone
    group_id bigint,
    thread_id bigint NOT NULL,                  -- id of the first post of the thread
    reply_to_id bigint,
    reply_to_account_id bigint,
    boost_of_id bigint,
    quote_of_id bigint,
    quote_of_account_id bigint,
    quote_state text CHECK (quote_state IN ('pending', 'accepted', 'rejected', 'revoked', 'deleted')),
    quote_policy text NOT NULL DEFAULT 'public' CHECK (quote_policy IN ('public', 'followers', 'nobody')),
    source text NOT NULL DEFAULT '',
    html text NOT NULL DEFAULT '',
    spoiler text NOT NULL DEFAULT '',
    sensitive boolean NOT NULL DEFAULT false,
    language text,
    app_id bigint,
    uri text,                                   -- of a remote post
    url text,
    has_media boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    version int NOT NULL DEFAULT 1,             -- of what is rendered; edits and new cards raise it
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, reply_to_id) REFERENCES posts ON DELETE SET NULL (reply_to_id),
    FOREIGN KEY (org_id, boost_of_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, app_id) REFERENCES apps ON DELETE SET NULL (app_id)
);
CREATE INDEX posts_network ON posts (org_id, network_id, id);
CREATE INDEX posts_account ON posts (org_id, account_id, id);
CREATE INDEX posts_reply ON posts (org_id, reply_to_id, id) WHERE reply_to_id IS NOT NULL;
CREATE INDEX posts_thread ON posts (org_id, thread_id, id);
CREATE INDEX posts_quote ON posts (org_id, quote_of_id, id) WHERE quote_of_id IS NOT NULL;
CREATE UNIQUE INDEX posts_boost ON posts (org_id, boost_of_id, account_id) WHERE boost_of_id IS NOT NULL;
SELECT secure_content('posts');

-- Counters apart from the wide row, so that counting does not rewrite posts.
CREATE TABLE post_counts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,
    replies int NOT NULL DEFAULT 0,
    boosts int NOT NULL DEFAULT 0,
    favourites int NOT NULL DEFAULT 0,
    quotes int NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
) WITH (fillfactor = 60);
SELECT secure_content('post_counts');

CREATE TABLE post_mentions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,
    account_id bigint NOT NULL,
    PRIMARY KEY (org_id, post_id, account_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX post_mentions_account ON post_mentions (org_id, account_id, post_id);
SELECT secure_content('post_mentions');

CREATE TABLE tags (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,                         -- normalised, lower case
    display_name text NOT NULL,                 -- as first written
    usable boolean NOT NULL DEFAULT true,
    trendable boolean,                          -- NULL: not reviewed
    listable boolean NOT NULL DEFAULT true,
    reviewed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_post_at timestamptz,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, name),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('tags');

CREATE TABLE post_tags (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,
    tag_id bigint NOT NULL,
    account_id bigint NOT NULL,
    PRIMARY KEY (org_id, tag_id, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, tag_id) REFERENCES tags ON DELETE CASCADE
);
CREATE INDEX post_tags_post ON post_tags (org_id, post_id);
SELECT secure_content('post_tags');

CREATE TABLE post_edits (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    post_id bigint NOT NULL,
    source text NOT NULL,
    html text NOT NULL,
    spoiler text NOT NULL,
    sensitive boolean NOT NULL,
    media jsonb NOT NULL DEFAULT '[]',          -- [{id, description}] as they were
    poll jsonb,                                 -- {options: [title]} as it was
    quote_of_id bigint,
    created_at timestamptz NOT NULL,            -- when this version began
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
CREATE INDEX post_edits_post ON post_edits (org_id, post_id, id);
SELECT secure_content('post_edits');

-- What was deleted, for legal hold and compliance; no API reads it.
CREATE TABLE deleted_posts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    snapshot jsonb NOT NULL,
    deleted_by bigint,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id)
);
SELECT secure_content('deleted_posts');

-- One table shape for the viewer's marks; id pages the lists in the order of marking.
CREATE TABLE favourites (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    post_id bigint NOT NULL,
    PRIMARY KEY (org_id, account_id, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX favourites_post ON favourites (org_id, post_id, id);
CREATE INDEX favourites_list ON favourites (org_id, account_id, id);
SELECT secure_content('favourites');

CREATE TABLE bookmarks (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    post_id bigint NOT NULL,
    PRIMARY KEY (org_id, account_id, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX bookmarks_list ON bookmarks (org_id, account_id, id);
SELECT secure_content('bookmarks');

CREATE TABLE pins (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    post_id bigint NOT NULL,
    PRIMARY KEY (org_id, account_id, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
SELECT secure_content('pins');

CREATE TABLE thread_mutes (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    thread_id bigint NOT NULL,
    PRIMARY KEY (org_id, account_id, thread_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('thread_mutes');

CREATE TABLE polls (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    post_id bigint NOT NULL,
    account_id bigint NOT NULL,
    multiple boolean NOT NULL,
    hide_totals boolean NOT NULL,
    options text[] NOT NULL,
    tallies int[] NOT NULL,                     -- votes by option
    voters int NOT NULL DEFAULT 0,
    expires_at timestamptz,
    closed_at timestamptz,                      -- when its end was announced
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
SELECT secure_content('polls');

CREATE TABLE poll_votes (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    poll_id bigint NOT NULL,
    account_id bigint NOT NULL,
    choice int NOT NULL,
    PRIMARY KEY (org_id, poll_id, account_id, choice),
    FOREIGN KEY (org_id, poll_id) REFERENCES polls ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('poll_votes');

CREATE TABLE scheduled_posts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    scheduled_at timestamptz NOT NULL,
    params jsonb NOT NULL,
    media_ids bigint[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX scheduled_posts_account ON scheduled_posts (org_id, account_id, id);
CREATE INDEX scheduled_posts_due ON scheduled_posts (scheduled_at);
SELECT secure_content('scheduled_posts');

-- Idempotency-Key header: the same key of the same account gives the same post.
CREATE TABLE idempotency_keys (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    key text NOT NULL,
    result_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, account_id, key),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('idempotency_keys');
