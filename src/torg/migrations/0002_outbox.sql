-- What happened, written with its cause (outbox), then ordered by the relay (event_log); and work to be done (jobs).

-- An id read order loses late commits; xid tells which rows no running transaction can still precede.
CREATE TABLE outbox (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id)
);
CREATE INDEX outbox_order ON outbox (xid, id);
SELECT secure_content('outbox');

-- Written by the relay alone, in commit order, without gaps: the log that streams resume from.
CREATE TABLE event_log (
    seq bigint PRIMARY KEY,
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    relayed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX event_log_network ON event_log (org_id, network_id, seq);
SELECT secure_content('event_log');

-- Events whose effect failed again and again: seen and re-driven by an administrator.
CREATE TABLE dead_events (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    effect text NOT NULL,
    error text NOT NULL,
    attempts int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id, effect)
);
SELECT secure_content('dead_events');
