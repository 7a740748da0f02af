-- The surge ladder: how hard it is, what is shed because of it, and what was put off and is to be caught up.

-- How hard each process has it, while it has it hard at all. Worth nothing after a crash, so not logged.
CREATE UNLOGGED TABLE surge_pressures (
    node int PRIMARY KEY,
    at timestamptz NOT NULL,
    figures jsonb NOT NULL
);
SELECT secure_system('surge_pressures');

-- One row for the installation. `held`: an operator's word, which goes before what is measured.
CREATE TABLE surge_ladder (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    rung int NOT NULL DEFAULT 0 CHECK (rung BETWEEN 0 AND 4),
    held int CHECK (held BETWEEN 0 AND 4),
    cause text NOT NULL DEFAULT '',
    since timestamptz NOT NULL DEFAULT now(),
    above_since timestamptz,                    -- since when a higher rung is called for
    below_since timestamptz                     -- since when a lower one would do
);
INSERT INTO surge_ladder DEFAULT VALUES;
SELECT secure_system('surge_ladder');

-- Every step, up and down, with its time and cause.
CREATE TABLE surge_steps (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    rung_before int NOT NULL,
    rung_after int NOT NULL,
    by_hand boolean NOT NULL,
    cause text NOT NULL
);
CREATE INDEX surge_steps_at ON surge_steps (at);
SELECT secure_system('surge_steps');

-- Effects that wait, by group: each group is a reader of the event log that stands at `next_seq`.
CREATE TABLE postponed_effects (
    name text PRIMARY KEY,
    next_seq bigint NOT NULL,
    as_of timestamptz NOT NULL                  -- when the event there happened
);
SELECT secure_system('postponed_effects');

-- Counters that wait to be added up: a row each, so that many who mark one post need not wait for each other.
CREATE TABLE post_count_changes (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    post_id bigint NOT NULL,
    replies int NOT NULL DEFAULT 0,
    boosts int NOT NULL DEFAULT 0,
    favourites int NOT NULL DEFAULT 0,
    quotes int NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
CREATE INDEX post_count_changes_post ON post_count_changes (org_id, post_id);
SELECT secure_content('post_count_changes');
SELECT with_post('post_count_changes');
