-- Federation's ground: keys of our actors, what actors elsewhere told of themselves, and the ids of what came from them.

-- One key pair per local account, and one for the network itself (account_id NULL: the instance actor).
CREATE TABLE signing_keys (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint,
    private_pem text NOT NULL,
    public_pem text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,                     -- no longer signed with after a rotation
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE UNIQUE INDEX signing_keys_account ON signing_keys (org_id, account_id)
    WHERE retired_at IS NULL AND account_id IS NOT NULL;
CREATE UNIQUE INDEX signing_keys_network ON signing_keys (org_id, network_id)
    WHERE retired_at IS NULL AND account_id IS NULL;
SELECT secure_content('signing_keys');
SELECT not_for_guests('signing_keys');

-- What a remote account's actor document says besides its profile, which is in accounts.
CREATE TABLE remote_actors (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    host text NOT NULL,                         -- of the actor's id, with its port; the account's may be another
    type text NOT NULL DEFAULT 'Person',        -- Person, Service, Application, Organization, Group
    inbox text NOT NULL,
    shared_inbox text,
    outbox text,
    followers text,
    following text,
    featured text,
    featured_tags text,
    key_id text,
    public_pem text,
    avatar_url text,
    header_url text,
    fetched_at timestamptz NOT NULL DEFAULT now(),
    key_fetched_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX remote_actors_key ON remote_actors (org_id, network_id, key_id);
CREATE INDEX remote_actors_host ON remote_actors (org_id, network_id, host);
SELECT secure_content('remote_actors');
SELECT not_for_guests('remote_actors');

-- Other servers as this network knows them.
CREATE TABLE peers (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    host text NOT NULL CHECK (host = lower(host)),
    signatures text NOT NULL DEFAULT 'cavage' CHECK (signatures IN ('cavage', 'rfc9421')), -- what it took last
    software text,                              -- NodeInfo
    software_version text,
    nodeinfo_at timestamptz,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz,                   -- it sent something that we believed, or took something
    failing_since timestamptz,                  -- since when no delivery reached it
    PRIMARY KEY (org_id, network_id, host),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('peers');
SELECT not_for_guests('peers');

-- What a remote post's object says besides the post itself.
CREATE TABLE remote_posts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,
    replies text,                               -- address of its collection of replies
    context text,                               -- of the whole conversation (FEP-7888, FEP-f228)
    likes int,                                  -- totals that the origin states
    shares int,
    quote_authorization text,                   -- FEP-044f stamp, as the quoting post names it
    fetched_at timestamptz NOT NULL DEFAULT now(),
    replies_at timestamptz,                     -- when its replies were last fetched back
    PRIMARY KEY (org_id, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
SELECT secure_content('remote_posts');
SELECT with_post('remote_posts');

-- Custom emoji of other servers, by the host of who uses them.
CREATE TABLE remote_emojis (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    host text NOT NULL,
    shortcode text NOT NULL CHECK (shortcode ~ '^[a-zA-Z0-9_]{1,100}$'),
    image_url text NOT NULL,
    key text,                                   -- our copy; NULL: not fetched (yet)
    static_key text,
    updated_at timestamptz,                     -- as the origin says
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, network_id, host, shortcode),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('remote_emojis');
SELECT not_for_guests('remote_emojis');

ALTER TABLE accounts ADD COLUMN actor_type text NOT NULL DEFAULT '';  -- of a remote account; '' for ours
ALTER TABLE follows ADD COLUMN uri text;           -- ids of activities of other servers, for their Undo, Accept, Reject
ALTER TABLE follow_requests ADD COLUMN uri text;
ALTER TABLE blocks ADD COLUMN uri text;
ALTER TABLE favourites ADD COLUMN uri text;
ALTER TABLE messages ADD COLUMN uri text;          -- ActivityPub id of a remote message
ALTER TABLE media ADD COLUMN remote_url text;      -- where a file of another server's post lies
ALTER TABLE media ADD COLUMN remote_preview_url text;

-- An ActivityPub id stands for one thing in a network, however often and by whatever way it comes.
CREATE UNIQUE INDEX accounts_uri ON accounts (org_id, network_id, uri) WHERE uri IS NOT NULL;
CREATE UNIQUE INDEX posts_uri ON posts (org_id, network_id, uri) WHERE uri IS NOT NULL;
CREATE UNIQUE INDEX messages_uri ON messages (org_id, network_id, uri) WHERE uri IS NOT NULL;
