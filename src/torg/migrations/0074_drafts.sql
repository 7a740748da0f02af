-- Drafts kept on the server, so that what was begun on one device is finished on another.
CREATE TABLE drafts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    params jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX drafts_account ON drafts (org_id, account_id, id);
SELECT secure_content('drafts');
