-- Keyword monitoring: what is watched for, and where it was found. For those with the permission, through their own
-- methods only: a transaction that reads on behalf of a reader (torg.viewer is set) sees no row of either table.

CREATE FUNCTION not_for_readers(t regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY readers ON %s AS RESTRICTIVE FOR ALL TO torg_app '
        'USING ((SELECT torg_viewer()) IS NULL) WITH CHECK ((SELECT torg_viewer()) IS NULL)', t);
END $$;

CREATE TABLE watches (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('words', 'expression')),
    expression text NOT NULL,
    severity text NOT NULL DEFAULT 'medium' CHECK (severity IN ('low', 'medium', 'high')),
    group_id bigint,                            -- NULL: the whole network
    notify_account_id bigint,                   -- a colleague who may monitor
    notify_email text NOT NULL DEFAULT '',      -- an address outside, where the network's settings allow it
    enabled boolean NOT NULL DEFAULT true,
    created_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, group_id) REFERENCES groups ON DELETE CASCADE,
    FOREIGN KEY (org_id, notify_account_id) REFERENCES accounts ON DELETE SET NULL (notify_account_id),
    FOREIGN KEY (org_id, created_by) REFERENCES accounts ON DELETE SET NULL (created_by)
);
CREATE INDEX watches_network ON watches (org_id, network_id, id);
SELECT secure_content('watches');
SELECT not_for_readers('watches');

-- One row per watch, text and what was found in it: the same again (a second run, an edit beside it) is no new hit.
-- No foreign key to what was written: a hit outlives a deletion by the author. It goes with the author's account, and
-- after the network's retention.
CREATE TABLE watch_hits (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    watch_id bigint NOT NULL,
    subject text NOT NULL CHECK (subject IN ('post', 'message')),
    subject_id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- who wrote it
    group_id bigint,
    found text NOT NULL,                        -- what matched
    excerpt text NOT NULL,                      -- with some text around it
    edited boolean NOT NULL DEFAULT false,      -- whether it came in by an edit
    created_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    resolved_by bigint,
    note text NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, watch_id) REFERENCES watches ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, resolved_by) REFERENCES accounts ON DELETE SET NULL (resolved_by)
);
CREATE INDEX watch_hits_network ON watch_hits (org_id, network_id, id);
CREATE INDEX watch_hits_open ON watch_hits (org_id, network_id, id) WHERE resolved_at IS NULL;
CREATE UNIQUE INDEX watch_hits_once ON watch_hits (org_id, watch_id, subject, subject_id, md5(found));
CREATE INDEX watch_hits_account ON watch_hits (org_id, account_id);
SELECT secure_content('watch_hits');
SELECT not_for_readers('watch_hits');
