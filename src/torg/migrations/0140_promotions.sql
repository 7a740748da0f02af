-- Inside posts on their way out: drafts of public posts, and what became of them. Rows of the inside network only.

CREATE TABLE promotions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,                 -- the inside
    id bigint NOT NULL,
    state text NOT NULL DEFAULT 'draft'
        CHECK (state IN ('draft', 'submitted', 'approved', 'rejected', 'published', 'withdrawn')),
    source_post_id bigint,                      -- NULL: the post was deleted, and nothing of it may leave any more
    source_account_id bigint,                   -- who wrote it
    requested_by bigint,
    requested_by_person bigint,                 -- so that nobody approves his or her own under another face
    decided_by bigint,
    public_network_id bigint NOT NULL,
    face_id bigint NOT NULL,                    -- the public account that will say it
    original text NOT NULL,                     -- the text before redaction
    text text NOT NULL,                         -- the text as it will be read
    spoiler text NOT NULL DEFAULT '',
    language text,
    redactions jsonb NOT NULL DEFAULT '[]',
    media jsonb NOT NULL DEFAULT '[]',          -- [{id, description}]: files of the source, chosen one by one
    credit boolean NOT NULL DEFAULT false,
    digest text NOT NULL,                       -- SHA-256 of everything that will be read; an approval names it
    reason text NOT NULL DEFAULT '',
    public_post_id bigint,                      -- no foreign key: the public post knows nothing of this row
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    submitted_at timestamptz,
    decided_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, public_network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, source_post_id) REFERENCES posts ON DELETE SET NULL (source_post_id),
    FOREIGN KEY (org_id, source_account_id) REFERENCES accounts ON DELETE SET NULL (source_account_id),
    FOREIGN KEY (org_id, requested_by) REFERENCES accounts ON DELETE SET NULL (requested_by),
    FOREIGN KEY (org_id, decided_by) REFERENCES accounts ON DELETE SET NULL (decided_by),
    FOREIGN KEY (org_id, face_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX promotions_source ON promotions (org_id, source_post_id) WHERE source_post_id IS NOT NULL;
CREATE INDEX promotions_listed ON promotions (org_id, network_id, id);
CREATE INDEX promotions_author ON promotions (org_id, source_account_id);
CREATE INDEX promotions_requested ON promotions (org_id, requested_by);
CREATE INDEX promotions_decided ON promotions (org_id, decided_by) WHERE decided_by IS NOT NULL;
CREATE INDEX promotions_face ON promotions (org_id, face_id);
CREATE INDEX promotions_public ON promotions (org_id, public_network_id);
SELECT secure_content('promotions');
SELECT not_for_guests('promotions');
