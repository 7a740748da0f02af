-- Coming in: browser sessions, authorization codes, mailed proofs; which code a token came from.

CREATE TABLE sessions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,          -- SHA-256 of the cookie's value
    account_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ip inet,
    user_agent text NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX sessions_account ON sessions (org_id, account_id);
SELECT secure_content('sessions');

-- Authorization codes (RFC 6749 §4.1.2). A used one is kept until it expires, so that a second use is noticed.
CREATE TABLE grants (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    code_hash bytea NOT NULL UNIQUE,
    app_id bigint NOT NULL,
    account_id bigint NOT NULL,
    redirect_uri text NOT NULL,
    scopes text[] NOT NULL,
    code_challenge text,                        -- S256 (RFC 7636); NULL: the client uses no PKCE
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, app_id) REFERENCES apps ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX grants_expires ON grants (expires_at);
SELECT secure_content('grants');

-- No foreign key: expired codes are swept away, and their tokens stay.
ALTER TABLE tokens ADD COLUMN grant_id bigint;
CREATE INDEX tokens_grant ON tokens (org_id, grant_id) WHERE grant_id IS NOT NULL;

-- Links sent by mail: to confirm an address or to choose a new password.
CREATE TABLE mailed_proofs (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    purpose text NOT NULL CHECK (purpose IN ('confirm', 'reset')),
    person_id bigint NOT NULL,
    account_id bigint,
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, person_id) REFERENCES persons ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX mailed_proofs_expires ON mailed_proofs (expires_at);
CREATE INDEX mailed_proofs_person ON mailed_proofs (org_id, person_id);
SELECT secure_content('mailed_proofs');

-- The app through which an account was registered; only that one may ask for another confirmation mail.
ALTER TABLE accounts ADD COLUMN registered_by_app_id bigint;
