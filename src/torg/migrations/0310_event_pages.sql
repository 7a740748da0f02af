-- Live pages of an event: what belongs to one is noted as it is published, so that counters and the curve are true
-- however little of it is shown.

CREATE TABLE event_pages (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}',          -- names as stored in tags
    words text[] NOT NULL DEFAULT '{}',         -- whole words or phrases, lower case
    account_ids bigint[] NOT NULL DEFAULT '{}',
    moderated boolean NOT NULL DEFAULT false,   -- posts wait until somebody lets them be shown
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,                        -- nothing is gathered after it
    recording text NOT NULL DEFAULT '',         -- address of a film of it
    created_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, slug),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, created_by) REFERENCES accounts ON DELETE SET NULL (created_by)
);
SELECT secure_content('event_pages');
SELECT not_for_guests('event_pages');

CREATE SEQUENCE event_entry_numbers;
GRANT USAGE ON SEQUENCE event_entry_numbers TO torg_app, torg_system;

-- `seq` is the order in which posts may be shown: a post that waited gets a new one when it is let in.
CREATE TABLE event_entries (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    page_id bigint NOT NULL,
    post_id bigint NOT NULL,
    seq bigint NOT NULL DEFAULT nextval('event_entry_numbers'),
    state text NOT NULL CHECK (state IN ('shown', 'waiting', 'hidden', 'pinned')),
    posted_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, page_id, post_id),
    FOREIGN KEY (org_id, page_id) REFERENCES event_pages ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
CREATE INDEX event_entries_seq ON event_entries (org_id, page_id, seq);
CREATE INDEX event_entries_time ON event_entries (org_id, page_id, posted_at);
CREATE INDEX event_entries_post ON event_entries (org_id, post_id);
SELECT secure_content('event_entries');
SELECT with_post('event_entries');
