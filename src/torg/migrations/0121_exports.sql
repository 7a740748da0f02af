-- Files for others to take away: compliance exports of a network, archives of a person's own data; and erasures.

CREATE TABLE compliance_exports (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    params jsonb NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'ready', 'failed', 'expired')),
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    digest text,                                -- the hash over all files
    size bigint,
    error text,
    created_by bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    expires_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX compliance_exports_network ON compliance_exports (org_id, network_id, id);
SELECT secure_content('compliance_exports');
CREATE POLICY overseers ON compliance_exports AS RESTRICTIVE FOR SELECT TO torg_app
    USING ((SELECT torg_viewer()) IS NULL);

CREATE TABLE data_archives (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- the face that asked; the archive holds all faces of the person
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'ready', 'failed', 'expired')),
    done int NOT NULL DEFAULT 0,
    total int NOT NULL DEFAULT 0,
    key text,                                   -- in the blob store
    size bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    expires_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX data_archives_account ON data_archives (org_id, account_id, id);
SELECT secure_content('data_archives');

-- Who was erased, by number only; a hold may keep copies until it is released.
CREATE TABLE erasures (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_ids bigint[] NOT NULL,
    mode text NOT NULL CHECK (mode IN ('delete', 'anonymise')),
    requested_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('erasures');
CREATE POLICY overseers ON erasures AS RESTRICTIVE FOR SELECT TO torg_app USING ((SELECT torg_viewer()) IS NULL);
