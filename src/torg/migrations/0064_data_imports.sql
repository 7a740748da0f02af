-- Files of follows, blocks, mutes, lists, bookmarks and domain blocks that people bring along, worked off by a job.

CREATE TABLE data_imports (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('following', 'blocks', 'mutes', 'lists', 'bookmarks', 'domain_blocks')),
    overwrite boolean NOT NULL DEFAULT false,
    lines jsonb NOT NULL,                       -- [{number, fields}]
    total int NOT NULL,
    done int NOT NULL DEFAULT 0,                -- lines looked at: where a job that was cut off goes on
    refused jsonb NOT NULL DEFAULT '[]',        -- [{line, text, reason}]
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX data_imports_account ON data_imports (org_id, account_id, id);
SELECT secure_content('data_imports');
