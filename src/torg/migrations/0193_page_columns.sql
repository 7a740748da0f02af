-- The columns of the page /columns, in the order in which a member wants them: a row each, at most twelve per account.

CREATE TABLE page_columns (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('home', 'notifications', 'public', 'local', 'remote', 'list', 'tag', 'group', 'search')),
    subject text NOT NULL DEFAULT '',           -- a list's or group's id, a tag's name, a search; else empty
    place integer NOT NULL,                     -- from the left, with gaps where one was removed
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, account_id, kind, subject),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('page_columns');
