-- Praise: a post with a badge for those it names. Badges of the network's own; the default set is in the code.

CREATE TABLE badges (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    key text NOT NULL CHECK (key ~ '^[a-z0-9_]{1,40}$'),
    drawing text NOT NULL,                      -- the name of one of our drawings
    name_en text NOT NULL,
    name_sv text NOT NULL,
    retired_at timestamptz,                     -- can be given no more; what was given keeps it
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, key),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('badges');

CREATE TABLE praise (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,                         -- the post's id
    from_id bigint NOT NULL,
    badge text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, id) REFERENCES posts ON DELETE CASCADE,
    FOREIGN KEY (org_id, from_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX praise_network ON praise (org_id, network_id, id);
CREATE INDEX praise_from ON praise (org_id, from_id, id);
SELECT secure_content('praise');
SELECT seen_with_post('praise');

CREATE TABLE praised (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    praise_id bigint NOT NULL,
    account_id bigint NOT NULL,
    PRIMARY KEY (org_id, praise_id, account_id),
    FOREIGN KEY (org_id, praise_id) REFERENCES praise ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX praised_account ON praised (org_id, account_id, praise_id);
SELECT secure_content('praised');
SELECT seen_with_post('praised', 'praise_id');
