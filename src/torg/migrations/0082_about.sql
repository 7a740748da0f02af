-- What a network says about itself: rules of the house and dated versions of its terms.

CREATE TABLE rules (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    position int NOT NULL DEFAULT 0,
    text text NOT NULL CHECK (text <> ''),
    hint text NOT NULL DEFAULT '',
    translations jsonb NOT NULL DEFAULT '{}',   -- {"sv": {"text": …, "hint": …}}
    deleted_at timestamptz,                     -- kept for the reports that name it
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX rules_network ON rules (org_id, network_id, position, id) WHERE deleted_at IS NULL;
SELECT secure_content('rules');

CREATE TABLE terms (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    effective_date date NOT NULL,
    content text NOT NULL,                      -- as typed, Markdown
    published_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, effective_date),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('terms');
