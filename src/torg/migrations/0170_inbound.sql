-- What comes in from other servers: which activities were taken, what was withdrawn, what waits for its other half.

-- Ids of activities that were taken, as SHA-256 over the sender's and the activity's id: a second copy is let be.
CREATE TABLE seen_activities (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    digest bytea NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, network_id, digest),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX seen_activities_at ON seen_activities (seen_at);
SELECT secure_content('seen_activities');
SELECT not_for_guests('seen_activities');

-- What its owner deleted or undid, also before we had heard of it: an object or an activity that comes later is void.
CREATE TABLE withdrawn (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    digest bytea NOT NULL,                      -- SHA-256 over the owner's and the thing's id
    withdrawn_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, network_id, digest),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX withdrawn_at ON withdrawn (withdrawn_at);
SELECT secure_content('withdrawn');
SELECT not_for_guests('withdrawn');

-- What a post refers to and we do not have (yet): joined when it comes.
ALTER TABLE remote_posts ADD COLUMN parent text;            -- inReplyTo
ALTER TABLE remote_posts ADD COLUMN quoting text;           -- quote
ALTER TABLE remote_posts ADD COLUMN thread_at timestamptz;  -- when its thread was last asked to be made whole
CREATE INDEX remote_posts_parent ON remote_posts (org_id, network_id, parent) WHERE parent IS NOT NULL;
CREATE INDEX remote_posts_quoting ON remote_posts (org_id, network_id, quoting) WHERE quoting IS NOT NULL;
CREATE INDEX remote_posts_stamp ON remote_posts (org_id, network_id, quote_authorization)
    WHERE quote_authorization IS NOT NULL;
CREATE INDEX follows_uri ON follows (org_id, network_id, uri) WHERE uri IS NOT NULL;
CREATE INDEX follow_requests_uri ON follow_requests (org_id, network_id, uri) WHERE uri IS NOT NULL;
CREATE INDEX favourites_uri ON favourites (org_id, network_id, uri) WHERE uri IS NOT NULL;
CREATE INDEX blocks_uri ON blocks (org_id, network_id, uri) WHERE uri IS NOT NULL;
