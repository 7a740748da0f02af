-- Responses from the web: pages elsewhere that link to our public posts (Webmention, Pingback), whom we trust with
-- them, and what we have told other pages of our own links.

CREATE TABLE responses (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- whose post or profile is linked to
    post_id bigint,                             -- NULL: the profile
    source text NOT NULL,
    source_hash bytea NOT NULL,                 -- SHA-256: addresses may be longer than an index entry
    host text NOT NULL,                         -- of the source
    target text NOT NULL,                       -- as the other side wrote it
    protocol text NOT NULL CHECK (protocol IN ('webmention', 'pingback')),
    state text NOT NULL DEFAULT 'unverified'
        CHECK (state IN ('unverified', 'pending', 'approved', 'rejected', 'spam')),
    kind text NOT NULL DEFAULT 'mention' CHECK (kind IN ('reply', 'like', 'repost', 'bookmark', 'rsvp', 'mention')),
    author_name text NOT NULL DEFAULT '',
    author_url text NOT NULL DEFAULT '',
    title text NOT NULL DEFAULT '',
    text text NOT NULL DEFAULT '',              -- plain; foreign HTML is never kept
    url text NOT NULL DEFAULT '',
    rsvp text NOT NULL DEFAULT '',
    language text,
    published_at timestamptz,
    received_at timestamptz NOT NULL DEFAULT now(),
    verified_at timestamptz,                    -- when the page was last seen to link here
    decided_by bigint,
    decided_at timestamptz,
    PRIMARY KEY (org_id, id),
    UNIQUE NULLS NOT DISTINCT (org_id, account_id, post_id, source_hash),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, decided_by) REFERENCES accounts ON DELETE SET NULL (decided_by)
);
CREATE INDEX responses_queue ON responses (org_id, network_id, state, id);
CREATE INDEX responses_post ON responses (org_id, post_id, id) WHERE post_id IS NOT NULL;
CREATE INDEX responses_host ON responses (org_id, network_id, host);
CREATE INDEX responses_decided_by ON responses (org_id, decided_by) WHERE decided_by IS NOT NULL;
SELECT secure_content('responses');

CREATE TABLE response_domains (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    domain text NOT NULL,
    treatment text NOT NULL CHECK (treatment IN ('trusted', 'blocked')),
    created_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, domain),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, created_by) REFERENCES accounts ON DELETE SET NULL (created_by)
);
CREATE INDEX response_domains_created_by ON response_domains (org_id, created_by) WHERE created_by IS NOT NULL;
SELECT secure_content('response_domains');

-- The posts that other pages were told of, each with whom: kept when the post is deleted, since they are told of that
-- too, and the post's address then answers that it is gone.
CREATE TABLE told_pages (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,                    -- no foreign key, see above
    account_id bigint NOT NULL,
    target text NOT NULL,
    target_hash bytea NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'none', 'failed')),
    protocol text CHECK (protocol IN ('webmention', 'pingback')),
    endpoint text NOT NULL DEFAULT '',
    error text NOT NULL DEFAULT '',
    told_at timestamptz,
    PRIMARY KEY (org_id, post_id, target_hash),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX told_pages_account ON told_pages (org_id, account_id, post_id);
SELECT secure_content('told_pages');
