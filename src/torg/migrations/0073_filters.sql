-- Filters: what a reader does not want to see, applied by the server to every status that it answers with.
CREATE TABLE filters (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    title text NOT NULL,
    context text[] NOT NULL,
    action text NOT NULL DEFAULT 'warn' CHECK (action IN ('warn', 'hide', 'blur')),
    expires_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX filters_account ON filters (org_id, account_id, id);
SELECT secure_content('filters');

CREATE TABLE filter_keywords (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    filter_id bigint NOT NULL,
    keyword text NOT NULL,
    whole_word boolean NOT NULL DEFAULT true,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, filter_id) REFERENCES filters ON DELETE CASCADE
);
CREATE INDEX filter_keywords_filter ON filter_keywords (org_id, filter_id, id);
SELECT secure_content('filter_keywords');

CREATE TABLE filter_posts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    filter_id bigint NOT NULL,
    post_id bigint NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, filter_id, post_id),
    FOREIGN KEY (org_id, filter_id) REFERENCES filters ON DELETE CASCADE,
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
SELECT secure_content('filter_posts');
