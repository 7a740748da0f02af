-- Replies of people without an account: written in a form, proven by a mailed link, then a response as those of other
-- sites. What proves them is kept apart: the address is for moderators alone, and goes after ninety days.

-- A wider one takes its place in the same transaction.
-- squawk-ignore ban-drop-constraint
ALTER TABLE responses DROP CONSTRAINT responses_protocol_check;
ALTER TABLE responses ADD CONSTRAINT responses_protocol_check
    CHECK (protocol IN ('webmention', 'pingback', 'form')) NOT VALID;

CREATE TABLE guest_replies (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- whose post is answered
    post_id bigint NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,          -- SHA-256 of what stands in the mailed link
    email text NOT NULL,
    name text NOT NULL,
    text text NOT NULL,                         -- plain
    language text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    proven_at timestamptz,
    response_id bigint,                         -- what became of it
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, response_id) REFERENCES responses ON DELETE CASCADE
);
CREATE INDEX guest_replies_email ON guest_replies (org_id, network_id, email, created_at);
CREATE INDEX guest_replies_account ON guest_replies (org_id, account_id);
CREATE INDEX guest_replies_post ON guest_replies (org_id, post_id);
CREATE INDEX guest_replies_response ON guest_replies (org_id, response_id) WHERE response_id IS NOT NULL;
CREATE INDEX guest_replies_created ON guest_replies (created_at);
SELECT secure_content('guest_replies');
