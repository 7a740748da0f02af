-- What a group has besides its members: announcements, topics of threads, invitations by mail, notices to its staff.

-- A role ends with the membership.
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE group_roles ADD FOREIGN KEY (org_id, account_id, group_id)
    REFERENCES follows (org_id, account_id, target_id) ON DELETE CASCADE;

CREATE TABLE group_announcements (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    group_id bigint NOT NULL,
    post_id bigint NOT NULL,
    account_id bigint,                          -- who announced it
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, post_id),
    FOREIGN KEY (org_id, group_id) REFERENCES groups ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE SET NULL (account_id)
);
CREATE INDEX group_announcements_list ON group_announcements (org_id, group_id, id);
SELECT secure_content('group_announcements');
SELECT with_group('group_announcements');

-- A topic that a reader put on a post: the tag is in post_tags too, this says that it is not from the text.
CREATE TABLE post_topics (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,
    tag_id bigint NOT NULL,
    added_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, post_id, tag_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, tag_id) REFERENCES tags ON DELETE CASCADE,
    FOREIGN KEY (org_id, added_by) REFERENCES accounts ON DELETE SET NULL (added_by)
);
SELECT secure_content('post_topics');
SELECT with_post('post_topics');

-- An outsider is invited by mail; who registers with the code becomes a guest and a member of these groups.
ALTER TABLE invites ADD COLUMN IF NOT EXISTS guest boolean NOT NULL DEFAULT false;
ALTER TABLE invites ADD COLUMN IF NOT EXISTS group_ids bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE invites ADD COLUMN IF NOT EXISTS email text;
CREATE INDEX invites_groups ON invites USING gin (group_ids) WHERE guest;

-- Who asks to join a group is told to its staff; the notice names the group (subject_id) and goes with the request.
-- Before the first release the table is small, and a migration is one transaction.
ALTER TABLE notices ADD COLUMN request_to bigint
    -- squawk-ignore adding-field-with-default
    GENERATED ALWAYS AS (CASE WHEN type = 'follow_request' THEN coalesce(subject_id, account_id) END) STORED;
-- squawk-ignore ban-drop-constraint
ALTER TABLE notices DROP CONSTRAINT notices_org_id_request_by_account_id_fkey;
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE notices ADD FOREIGN KEY (org_id, request_by, request_to)
    REFERENCES follow_requests (org_id, account_id, target_id) ON DELETE CASCADE;
