-- Activities on their way to other servers: the body once, a row for each inbox, a lane for each host.

CREATE TABLE activities (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    -- Who signs; NULL: the network's instance actor. No foreign key: what says that an account is gone outlives it.
    account_id bigint,
    body bytea NOT NULL,                        -- JSON, as it is sent and signed
    laned_at timestamptz,                       -- when a sender saw to it that its hosts have lanes
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX activities_new ON activities (id) WHERE laned_at IS NULL;
SELECT secure_content('activities');
SELECT not_for_guests('activities');

CREATE TABLE deliveries (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,     -- in the order in which a host gets them
    activity_id bigint NOT NULL,
    inbox text NOT NULL,
    host text NOT NULL,                         -- of the inbox, with its port where that is not the scheme's own
    attempts int NOT NULL DEFAULT 0,
    run_at timestamptz NOT NULL DEFAULT now(),
    error text,
    dead_at timestamptz,                        -- gave up: seen and re-driven by an administrator
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, activity_id) REFERENCES activities ON DELETE CASCADE
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX deliveries_lane ON deliveries (host, id) WHERE dead_at IS NULL;
CREATE INDEX deliveries_activity ON deliveries (org_id, activity_id);
CREATE INDEX deliveries_dead ON deliveries (org_id, network_id, host, id) WHERE dead_at IS NOT NULL;
SELECT secure_content('deliveries');
SELECT not_for_guests('deliveries');

-- A host as the installation's senders find it: nothing of anybody's content, only whether it is well and who is at it.
-- A lane is taken as a whole, so that a host meets few requests at a time and in their order, however many
-- processes send.
CREATE TABLE delivery_lanes (
    host text PRIMARY KEY,
    due_at timestamptz,                         -- when its next turn is; NULL: nothing to bring
    pulse bigint NOT NULL DEFAULT 0,            -- one more with each new activity, so that none is overlooked
    worker bigint,                              -- who is at it now; its advisory lock tells whether it lives
    failures int NOT NULL DEFAULT 0,            -- in a row; while there are any, `due_at` is when to try it again
    failing_since timestamptz,
    tried_at timestamptz,
    answered_at timestamptz,                    -- NULL: never yet
    error text
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX delivery_lanes_due ON delivery_lanes (due_at) WHERE worker IS NULL AND due_at IS NOT NULL;
CREATE INDEX delivery_lanes_held ON delivery_lanes (worker) WHERE worker IS NOT NULL;
SELECT secure_system('delivery_lanes');

-- Something came from a host, so it is worth a try at once. The application may say so of any host and learns nothing.
CREATE FUNCTION torg_revive_host(named text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE delivery_lanes SET due_at = now()
    WHERE host = named AND failures > 0 AND due_at > now() AND tried_at < now() - interval '1 minute'
$$;
REVOKE ALL ON FUNCTION torg_revive_host(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION torg_revive_host(text) TO torg_app, torg_system;

-- For what a sender learns of a host, whichever networks know it.
CREATE INDEX peers_host ON peers (host);
