-- What was imported from where, so that the same file twice is the same as once and a broken-off import goes on.

-- post_id has no foreign key: a post that was deleted here since must not come back with the next run.
CREATE TABLE imported (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    source text NOT NULL,
    source_key text NOT NULL,
    post_id bigint NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, network_id, source, source_key),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX imported_post ON imported (org_id, post_id);
SELECT secure_content('imported');

-- Which account an author's spelling became. Spellings that differ only in case are one author.
CREATE TABLE imported_authors (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    source text NOT NULL,
    spelling text NOT NULL,                     -- case-folded
    account_id bigint NOT NULL,
    PRIMARY KEY (org_id, network_id, source, spelling),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('imported_authors');
