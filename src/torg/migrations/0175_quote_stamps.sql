-- Quotes with consent (FEP-044f): the stamps that we gave. Those given to us stand in remote_posts.

-- One row per quote of a local post that its author, or the author's policy, agreed to. It is served at
-- {actor}/quote_authorizations/{id}; without the row the consent is withdrawn.
CREATE TABLE quote_stamps (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    quoted_id bigint NOT NULL,                  -- the local post
    account_id bigint NOT NULL,                 -- its author
    quoting_uri text NOT NULL,                  -- the post that may show it
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, quoted_id, quoting_uri),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, quoted_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX quote_stamps_account ON quote_stamps (org_id, account_id);
SELECT secure_content('quote_stamps');
SELECT with_post('quote_stamps', 'quoted_id');
