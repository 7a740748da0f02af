-- Every version of the texts that people rely on: what a network said about itself, and since when.
CREATE TABLE network_texts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    field text NOT NULL CHECK (field IN ('description', 'privacy_policy', 'terms_of_service')),
    content text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX network_texts_field ON network_texts (org_id, network_id, field, id);
SELECT secure_content('network_texts');
