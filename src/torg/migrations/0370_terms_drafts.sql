-- What is being written before it is published: one draft of the terms and one of the usage policy for each network.
CREATE TABLE terms_drafts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    what text NOT NULL CHECK (what IN ('terms', 'usage')),
    content text NOT NULL,                      -- as typed, Markdown
    effective_date date,
    saved_by bigint NOT NULL,                   -- an account
    saved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, network_id, what),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('terms_drafts');
SELECT not_for_guests('terms_drafts');
