-- Trends of each network: what is used more than usual now, why, and what moderators have said about it.

CREATE TABLE trends (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('tag', 'post', 'link')),
    subject_id bigint NOT NULL,                 -- id of the tag, post or card
    score double precision NOT NULL,
    reason jsonb NOT NULL,                      -- {accounts, uses, usual, hours}: trends/model.py, Reason
    computed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, network_id, kind, subject_id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX trends_score ON trends (org_id, network_id, kind, score DESC);
SELECT secure_content('trends');

-- When a network's trends were computed; whoever updates the row computes them.
CREATE TABLE trend_runs (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, network_id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('trend_runs');

-- A moderator's word on a post, an author, a link or a publisher; tags carry theirs themselves (tags.trendable).
CREATE TABLE trend_reviews (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('post', 'account', 'link', 'publisher')),
    subject text NOT NULL,                      -- an id, or a publisher's domain
    trendable boolean NOT NULL,
    reviewed_by bigint,
    reviewed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, kind, subject),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('trend_reviews');

CREATE INDEX favourites_recent ON favourites (org_id, network_id, id);
