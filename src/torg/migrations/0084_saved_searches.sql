-- Searches that people keep by name, and those whose new posts they want to be told of (FEATURES T6).

CREATE TABLE saved_searches (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    track boolean NOT NULL DEFAULT false,
    -- What a post must have at least one of to be found: lexemes, "#tag" or "@author"; "*" where nothing is sure.
    -- So new posts find the searches that could find them, in an index, instead of every search being tried.
    hooks text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX saved_searches_account ON saved_searches (org_id, account_id, id);
CREATE INDEX saved_searches_hooks ON saved_searches USING gin (hooks) WHERE track;
SELECT secure_content('saved_searches');
