-- Refresh tokens, single use; and when and from where a browser session was used last.

-- A family is everything that came of one authorization code; a second use of any of its tokens ends them all.
CREATE TABLE refresh_tokens (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,          -- SHA-256
    grant_id bigint NOT NULL,                   -- the family
    app_id bigint NOT NULL,
    account_id bigint NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, app_id) REFERENCES apps ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (org_id, grant_id);
CREATE INDEX refresh_tokens_account ON refresh_tokens (org_id, account_id);
CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires_at);
SELECT secure_content('refresh_tokens');

ALTER TABLE sessions ADD COLUMN last_used_at timestamptz;
