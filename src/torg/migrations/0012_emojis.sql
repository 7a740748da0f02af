-- Custom emoji of a network.
CREATE TABLE custom_emojis (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    shortcode text NOT NULL CHECK (shortcode ~ '^[a-zA-Z0-9_]{2,}$'),
    category text,
    visible boolean NOT NULL DEFAULT true,
    disabled boolean NOT NULL DEFAULT false,
    key text NOT NULL,
    static_key text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, shortcode),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('custom_emojis');
