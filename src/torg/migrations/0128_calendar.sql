-- Events with a post beside each, who comes, questions put away by moderators, and secret addresses of calendars.

CREATE TABLE calendar_events (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,                         -- the post's id
    kind text NOT NULL CHECK (kind IN ('event', 'ama')),
    creator_id bigint NOT NULL,
    host_id bigint,                             -- who answers at an `ama`
    title text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at >= starts_at),
    all_day boolean NOT NULL DEFAULT false,     -- then from and to midnight of the time zone
    timezone text NOT NULL,                     -- IANA name
    place text NOT NULL DEFAULT '',
    url text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    capacity int CHECK (capacity > 0),
    rsvp_until timestamptz,
    remind_minutes int CHECK (remind_minutes > 0),
    questions_from timestamptz,                 -- an `ama` takes questions from here …
    questions_until timestamptz,                -- … to here
    sequence int NOT NULL DEFAULT 0,            -- raised by each change (RFC 5545 SEQUENCE)
    cancelled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, creator_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, host_id) REFERENCES accounts ON DELETE SET NULL (host_id)
);
CREATE INDEX calendar_events_network ON calendar_events (org_id, network_id, starts_at, id);
CREATE INDEX calendar_events_creator ON calendar_events (org_id, creator_id);
CREATE INDEX calendar_events_host ON calendar_events (org_id, host_id) WHERE host_id IS NOT NULL;
SELECT secure_content('calendar_events');
SELECT seen_with_post('calendar_events');

CREATE TABLE event_rsvps (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,                         -- the order of the waiting list
    event_id bigint NOT NULL,
    account_id bigint NOT NULL,
    answer text NOT NULL CHECK (answer IN ('yes', 'no', 'maybe', 'waiting')),
    mail_reminder boolean NOT NULL DEFAULT false,
    reminded_at timestamptz,
    answered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, event_id, account_id),
    FOREIGN KEY (org_id, event_id) REFERENCES calendar_events ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX event_rsvps_account ON event_rsvps (org_id, account_id);
CREATE INDEX event_rsvps_answer ON event_rsvps (org_id, event_id, answer, id);
SELECT secure_content('event_rsvps');
SELECT seen_with_post('event_rsvps', 'event_id');

CREATE TABLE ama_hidden (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    event_id bigint NOT NULL,
    question_id bigint NOT NULL,
    hidden_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, event_id, question_id),
    FOREIGN KEY (org_id, event_id) REFERENCES calendar_events ON DELETE CASCADE,
    FOREIGN KEY (org_id, question_id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, hidden_by) REFERENCES accounts ON DELETE SET NULL (hidden_by)
);
CREATE INDEX ama_hidden_question ON ama_hidden (org_id, question_id);
CREATE INDEX ama_hidden_by ON ama_hidden (org_id, hidden_by);
SELECT secure_content('ama_hidden');
SELECT seen_with_post('ama_hidden', 'event_id');

-- A calendar program reads one's own events at a secret address; only its hash is kept.
CREATE TABLE calendar_feeds (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('calendar_feeds');
