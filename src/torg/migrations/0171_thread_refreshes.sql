-- Threads of other servers that are being made whole: what a client may ask about (Mastodon: async refreshes).
CREATE TABLE thread_refreshes (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    post_id bigint NOT NULL,                    -- the one that was opened
    found int NOT NULL DEFAULT 0,               -- posts that were not here before
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
CREATE INDEX thread_refreshes_post ON thread_refreshes (org_id, post_id, started_at);
CREATE INDEX thread_refreshes_at ON thread_refreshes (started_at);
SELECT secure_content('thread_refreshes');
SELECT with_post('thread_refreshes');
