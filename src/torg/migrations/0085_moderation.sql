-- Moderation: reports, warnings, and the log of every administrative act.

CREATE TABLE reports (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- who complains
    target_id bigint NOT NULL,                  -- about whom
    comment text NOT NULL DEFAULT '',
    category text NOT NULL DEFAULT 'other' CHECK (category IN ('spam', 'legal', 'violation', 'other')),
    post_ids bigint[] NOT NULL DEFAULT '{}',
    collection_ids bigint[] NOT NULL DEFAULT '{}',
    rule_ids bigint[] NOT NULL DEFAULT '{}',
    forwarded boolean NOT NULL DEFAULT false,
    assigned_id bigint,
    resolved_at timestamptz,
    resolved_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, target_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, assigned_id) REFERENCES accounts ON DELETE SET NULL (assigned_id),
    FOREIGN KEY (org_id, resolved_by) REFERENCES accounts ON DELETE SET NULL (resolved_by)
);
CREATE INDEX reports_network ON reports (org_id, network_id, id);
CREATE INDEX reports_target ON reports (org_id, target_id, id);
CREATE INDEX reports_account ON reports (org_id, account_id, id);
SELECT secure_content('reports');

-- Texts that moderators use often.
CREATE TABLE warning_presets (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    title text NOT NULL DEFAULT '',
    text text NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('warning_presets');

-- What was done to an account and why, as the person concerned is told.
CREATE TABLE warnings (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint,                          -- the moderator; never shown to the person
    target_id bigint NOT NULL,
    action text NOT NULL
        CHECK (action IN ('none', 'disable', 'mark_statuses_as_sensitive', 'delete_statuses', 'sensitive', 'silence', 'suspend')),
    text text NOT NULL DEFAULT '',
    report_id bigint,
    post_ids bigint[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE SET NULL (account_id),
    FOREIGN KEY (org_id, target_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, report_id) REFERENCES reports ON DELETE SET NULL (report_id)
);
CREATE INDEX warnings_target ON warnings (org_id, target_id, id);
SELECT secure_content('warnings');

-- Who did what, when. Neither role may change or remove a line; no foreign keys, so that it outlives what it names.
CREATE TABLE admin_log (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    actor_id bigint NOT NULL,
    verb text NOT NULL,
    target_type text NOT NULL,
    target_id bigint,
    details jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id)
);
CREATE INDEX admin_log_network ON admin_log (org_id, network_id, id);
SELECT secure_content('admin_log');
REVOKE UPDATE, DELETE, TRUNCATE ON admin_log FROM torg_app, torg_system;
