-- Everything of a server removed for good: how far that is.
CREATE TABLE domain_purges (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    host text NOT NULL CHECK (host = lower(host)),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done')),
    accounts_total int NOT NULL DEFAULT 0,
    accounts_done int NOT NULL DEFAULT 0,
    created_by bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE UNIQUE INDEX domain_purges_open ON domain_purges (org_id, network_id, host) WHERE finished_at IS NULL;
CREATE INDEX domain_purges_host ON domain_purges (org_id, network_id, host, id);
SELECT secure_content('domain_purges');
SELECT not_for_guests('domain_purges');
