-- Lists of blocks that others keep: where they are, how they are followed, and what was decided otherwise here.

CREATE TABLE block_subscriptions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    url text NOT NULL,
    severity text NOT NULL DEFAULT 'suspend' CHECK (severity IN ('silence', 'suspend')), -- at most, and of plain lists
    removals text NOT NULL DEFAULT 'keep' CHECK (removals IN ('keep', 'lift')),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'review')),
    reason text NOT NULL DEFAULT '',            -- why it waits for review, or what went wrong
    etag text,
    last_modified text,
    entries int,                                -- how many it had when it was last applied; NULL: never
    failures int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    fetched_at timestamptz,
    applied_at timestamptz,
    created_by bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, url),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX block_subscriptions_due ON block_subscriptions (next_at);
SELECT secure_content('block_subscriptions');
SELECT not_for_guests('block_subscriptions');

ALTER TABLE blocked_domains ADD COLUMN subscription_id bigint;  -- NULL: by hand; no list changes it then

-- Blocks of a list that somebody lifted by hand: no list lays them again.
CREATE TABLE block_exceptions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    domain text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, network_id, domain),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('block_exceptions');
SELECT not_for_guests('block_exceptions');
