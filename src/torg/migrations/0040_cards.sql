-- Link cards: what a linked page says about itself, fetched once per network and address, and which post shows which.

CREATE TABLE cards (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    url text NOT NULL,
    url_hash bytea NOT NULL,                        -- SHA-256: addresses may be longer than an index entry
    ready boolean NOT NULL DEFAULT false,           -- there is something to show
    lease_until timestamptz,                        -- somebody fetches it now; a crash frees it by itself
    next_fetch_at timestamptz NOT NULL DEFAULT now(),
    fetched_at timestamptz,
    failures int NOT NULL DEFAULT 0,                -- in a row
    failure text,                                   -- the last reason, for the log's sake
    type text NOT NULL DEFAULT 'link' CHECK (type IN ('link', 'photo', 'video', 'rich')),
    title text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    language text,
    author_name text NOT NULL DEFAULT '',
    author_url text NOT NULL DEFAULT '',
    author_handle text NOT NULL DEFAULT '',         -- fediverse:creator, as user@host
    provider_name text NOT NULL DEFAULT '',
    provider_url text NOT NULL DEFAULT '',
    html text NOT NULL DEFAULT '',                  -- only ever an iframe that we wrote ourselves
    embed_url text NOT NULL DEFAULT '',
    width int NOT NULL DEFAULT 0,
    height int NOT NULL DEFAULT 0,
    image_url text,                                 -- where the picture was found
    image_key text,                                 -- where our copy is kept
    image_description text NOT NULL DEFAULT '',
    blurhash text,
    published_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE UNIQUE INDEX cards_url ON cards (org_id, network_id, url_hash);
SELECT secure_content('cards');

CREATE TABLE post_cards (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,
    card_id bigint NOT NULL,
    PRIMARY KEY (org_id, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, card_id) REFERENCES cards ON DELETE CASCADE
);
CREATE INDEX post_cards_card ON post_cards (org_id, card_id, post_id);
SELECT secure_content('post_cards');
