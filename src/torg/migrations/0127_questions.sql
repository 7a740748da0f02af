-- Questions: a post whose replies are answers, one of which may be marked as the best.

CREATE TABLE questions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,                         -- the post's id
    asker_id bigint NOT NULL,
    best_id bigint,                             -- deleted, the question is open again by itself
    best_by bigint,
    answered_at timestamptz,
    closed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL GENERATED ALWAYS AS (
        CASE WHEN closed_at IS NOT NULL THEN 'closed' WHEN best_id IS NOT NULL THEN 'answered' ELSE 'open' END) STORED,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, asker_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, best_id) REFERENCES posts ON DELETE SET NULL (best_id),
    FOREIGN KEY (org_id, best_by) REFERENCES accounts ON DELETE SET NULL (best_by)
);
CREATE INDEX questions_network ON questions (org_id, network_id, state, id);
CREATE INDEX questions_asker ON questions (org_id, asker_id, id);
CREATE INDEX questions_best ON questions (org_id, best_id) WHERE best_id IS NOT NULL;
CREATE INDEX questions_best_by ON questions (org_id, best_by) WHERE best_by IS NOT NULL;
SELECT secure_content('questions');
SELECT seen_with_post('questions');
