-- Announcements that must be seen: a post, to whom it was addressed, and who has read it. And featured conversations.

-- Macro for rows that are an extra of a post: whoever may not see the post sees no row either, member or guest.
CREATE FUNCTION seen_with_post(t regclass, col name DEFAULT 'id') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY groups ON %1$s AS RESTRICTIVE FOR SELECT TO torg_app '
        'USING ((SELECT torg_viewer()) IS NULL OR EXISTS (SELECT FROM posts wp WHERE wp.org_id = %1$s.org_id '
        'AND wp.id = %1$s.%2$I))', t, col);
END $$;

CREATE TABLE must_see (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,                         -- the post's id
    sender_id bigint NOT NULL,
    ends_at timestamptz,                        -- shown no longer after this
    email boolean NOT NULL DEFAULT false,
    remind_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, sender_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX must_see_network ON must_see (org_id, network_id, id);
CREATE INDEX must_see_sender ON must_see (org_id, sender_id);
SELECT secure_content('must_see');
SELECT seen_with_post('must_see');

-- Everybody addressed, from the moment of sending: the jobs that tell and mail work these rows off.
CREATE TABLE must_see_readers (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    must_see_id bigint NOT NULL,
    account_id bigint NOT NULL,
    told_at timestamptz,
    mailed_at timestamptz,
    reminded_at timestamptz,
    read_at timestamptz,
    PRIMARY KEY (org_id, must_see_id, account_id),
    FOREIGN KEY (org_id, must_see_id) REFERENCES must_see ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX must_see_readers_unread ON must_see_readers (org_id, account_id) WHERE read_at IS NULL;
CREATE INDEX must_see_readers_account ON must_see_readers (org_id, account_id);
SELECT secure_content('must_see_readers');
SELECT seen_with_post('must_see_readers', 'must_see_id');

-- Passes the reader's mutes, blocks and policies: what must be seen.
ALTER TABLE notices ADD COLUMN insistent boolean NOT NULL DEFAULT false;

-- Conversations at the top of everybody's feed until a date.
CREATE TABLE featured_threads (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,                         -- the post's id
    pinned_by bigint,
    ends_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, pinned_by) REFERENCES accounts ON DELETE SET NULL (pinned_by)
);
CREATE INDEX featured_threads_network ON featured_threads (org_id, network_id, created_at);
CREATE INDEX featured_threads_pinned_by ON featured_threads (org_id, pinned_by);
SELECT secure_content('featured_threads');
SELECT seen_with_post('featured_threads');
