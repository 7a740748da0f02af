-- How far a reader has read in a group or a thread: a row per place, never one per post.

CREATE TABLE read_marks (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    place text NOT NULL CHECK (place IN ('group', 'thread')),
    subject_id bigint NOT NULL,                 -- the group's account, or the thread's first post
    last_read_id bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, account_id, place, subject_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('read_marks');
