-- Mails about what was missed: what each member chose, and which period's mail has been planned or sent.

CREATE TABLE digest_plans (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    every text NOT NULL CHECK (every IN ('off', 'daily', 'weekly')),
    hour int NOT NULL CHECK (hour BETWEEN 0 AND 23),
    weekday int NOT NULL CHECK (weekday BETWEEN 0 AND 6),   -- 0: Monday
    zone text NOT NULL,
    chosen boolean NOT NULL DEFAULT false,      -- by the member; else the network's default, which is more reserved
    secret bytea NOT NULL,                      -- signs the links that end the mails
    next_at timestamptz,                        -- NULL: off, so that nobody wakes up for it
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX digest_plans_due ON digest_plans (next_at) WHERE next_at IS NOT NULL;
SELECT secure_content('digest_plans');

-- One row per member and period: the key that makes a second mail impossible.
CREATE TABLE digest_periods (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    period text NOT NULL,                       -- daily:2026-11-23, weekly:2026-W48
    since timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'sent', 'nothing')),
    planned_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, account_id, period),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX digest_periods_old ON digest_periods (planned_at);
SELECT secure_content('digest_periods');
