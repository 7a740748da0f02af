-- A second factor at the login: the secret that a person's app of codes shares with us (RFC 6238), and recovery codes.
-- Only the system's role reads them, as with the keys of accounts: no query for a page can bring them up.
CREATE TABLE second_factors (
    org_id bigint NOT NULL,
    person_id bigint NOT NULL,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,                   -- NULL: shown, but no code of it has been typed yet
    last_step bigint NOT NULL DEFAULT 0,        -- of the last code that was taken: none is taken twice
    failed int NOT NULL DEFAULT 0,
    failed_since timestamptz,
    PRIMARY KEY (org_id, person_id),
    FOREIGN KEY (org_id, person_id) REFERENCES persons ON DELETE CASCADE
);
SELECT secure_system('second_factors');

CREATE TABLE recovery_codes (
    org_id bigint NOT NULL,
    person_id bigint NOT NULL,
    code_hash bytea NOT NULL,                   -- SHA-256: a code has 80 bits, so that nobody can try them all
    used_at timestamptz,
    PRIMARY KEY (org_id, person_id, code_hash),
    FOREIGN KEY (org_id, person_id) REFERENCES persons ON DELETE CASCADE
);
SELECT secure_system('recovery_codes');

-- That there is one may be known: the login asks for it, and administrators see who has none.
ALTER TABLE persons ADD COLUMN second_factor_at timestamptz;

-- Logins of which the password was right and the second factor is still to come.
CREATE TABLE half_logins (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,          -- SHA-256 of the cookie's value
    account_id bigint NOT NULL,
    goal text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX half_logins_account ON half_logins (org_id, account_id);
CREATE INDEX half_logins_expires ON half_logins (expires_at);
SELECT secure_content('half_logins');
