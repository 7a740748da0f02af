-- Work to be done later (engine/jobs.py, docs/decisions/0002-jobs.md), and retries of failed effects.

-- An organisation's own jobs carry its numbers; the installation's own (periodic ones) carry 0 and 0.
CREATE TABLE jobs (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    key text,                                   -- at most one waiting job of a kind with this key
    run_at timestamptz NOT NULL DEFAULT now(),
    attempts int NOT NULL DEFAULT 0,
    worker bigint,                              -- who runs it now; its advisory lock tells whether it lives
    error text,
    dead_at timestamptz,                        -- gave up: seen and re-driven by an administrator
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX jobs_due ON jobs (kind, run_at, id) WHERE worker IS NULL AND dead_at IS NULL;
CREATE INDEX jobs_running ON jobs (worker) WHERE worker IS NOT NULL;
CREATE INDEX jobs_dead ON jobs (dead_at) WHERE dead_at IS NOT NULL;
CREATE UNIQUE INDEX jobs_key ON jobs (org_id, network_id, kind, key)
    WHERE key IS NOT NULL AND worker IS NULL AND dead_at IS NULL;
SELECT secure_content('jobs');

-- A failed effect waits here for its next attempt (retry_at), or for an administrator (retry_at NULL).
ALTER TABLE dead_events ADD COLUMN retry_at timestamptz;
CREATE INDEX dead_events_retry ON dead_events (retry_at) WHERE retry_at IS NOT NULL;

-- When a periodic job ran last, so that several workers and restarts run it once a period.
CREATE TABLE periodic_runs (
    kind text PRIMARY KEY,
    ran_at timestamptz NOT NULL
);
SELECT secure_system('periodic_runs');
