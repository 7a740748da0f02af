-- Imports as they go: how far each is, and what became of its records.
CREATE TABLE import_runs (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    source text NOT NULL,
    total bigint NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    imported bigint NOT NULL DEFAULT 0,
    present bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    accounts bigint NOT NULL DEFAULT 0,
    problems jsonb NOT NULL DEFAULT '[]',       -- [{line, key, reason}], the first ones
    error text,                                 -- why it was broken off
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(), -- when it last said how far it is
    finished_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX import_runs_network ON import_runs (org_id, network_id, id);
SELECT secure_content('import_runs');
SELECT not_for_guests('import_runs');
