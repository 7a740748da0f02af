-- Inside threads beside public ones. The links are rows of the inside network: the public side has none.

CREATE TABLE side_threads (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,                 -- the inside
    id bigint NOT NULL,
    public_network_id bigint NOT NULL,
    public_thread_id bigint NOT NULL,           -- no foreign key: the discussion outlives what it is about
    group_id bigint,                            -- of the group that discusses; NULL: everybody inside
    root_post_id bigint,                        -- NULL when it was deleted: the next post begins anew
    public_text text NOT NULL,                  -- what was discussed, for when it is gone
    public_acct text NOT NULL,
    opened_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, public_network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, group_id) REFERENCES groups ON DELETE CASCADE,
    FOREIGN KEY (org_id, root_post_id) REFERENCES posts ON DELETE SET NULL (root_post_id),
    FOREIGN KEY (org_id, opened_by) REFERENCES accounts ON DELETE SET NULL (opened_by)
);
CREATE UNIQUE INDEX side_threads_place ON side_threads (org_id, network_id, public_thread_id, coalesce(group_id, 0));
CREATE INDEX side_threads_root ON side_threads (org_id, root_post_id);
CREATE INDEX side_threads_group ON side_threads (org_id, group_id) WHERE group_id IS NOT NULL;
CREATE INDEX side_threads_opened_by ON side_threads (org_id, opened_by);
CREATE INDEX side_threads_public ON side_threads (org_id, public_network_id);
SELECT secure_content('side_threads');
SELECT with_group('side_threads');
SELECT not_for_guests('side_threads');
