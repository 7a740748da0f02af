-- Pages that posts link to, as the whole installation fetched them: one fetch per link, however many networks show it.

-- Nothing of a post, a person or a network: an address and what its page says. Only posts that anybody may read, in
-- public networks, put rows here or take a lease, so that nothing here tells that a link was written anywhere else.
CREATE TABLE link_pages (
    url_hash bytea PRIMARY KEY,                     -- SHA-256: addresses may be longer than an index entry
    url text NOT NULL,
    said jsonb,                                     -- what the page says; NULL: nothing of use (yet)
    picture bytea,                                  -- its picture as we made it small
    lease_until timestamptz,                        -- somebody fetches it now; a crash frees it by itself
    next_fetch_at timestamptz NOT NULL DEFAULT now(),
    failures int NOT NULL DEFAULT 0,                -- in a row
    failure text
);
CREATE INDEX link_pages_old ON link_pages (next_fetch_at);
SELECT secure_system('link_pages');

-- What a post's own server says of the page that it links to. It holds for this one post, and is shown as its word.
CREATE TABLE stated_cards (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    stated_by text NOT NULL,                        -- the host of who says it
    PRIMARY KEY (org_id, post_id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
SELECT secure_content('stated_cards');
SELECT with_post('stated_cards');
