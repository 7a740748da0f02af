-- Who is kept out: servers, e-mail domains, e-mail addresses, ranges of IP addresses. A person's own block of a
-- server is in domain_blocks; these are the network's.

CREATE TABLE allowed_domains (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    domain text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, domain),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('allowed_domains');

CREATE TABLE blocked_domains (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    domain text NOT NULL,
    severity text NOT NULL DEFAULT 'silence' CHECK (severity IN ('silence', 'suspend', 'noop')),
    reject_media boolean NOT NULL DEFAULT false,
    reject_reports boolean NOT NULL DEFAULT false,
    private_comment text,
    public_comment text,
    obfuscate boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, domain),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('blocked_domains');

CREATE TABLE blocked_email_domains (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    domain text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, domain),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('blocked_email_domains');

-- How often a blocked e-mail domain tried, per day and address of the caller.
CREATE TABLE barred_sign_ups (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    block_id bigint NOT NULL,
    day date NOT NULL,
    ip inet NOT NULL,
    uses int NOT NULL DEFAULT 1,
    PRIMARY KEY (org_id, block_id, day, ip),
    FOREIGN KEY (org_id, block_id) REFERENCES blocked_email_domains ON DELETE CASCADE
);
SELECT secure_content('barred_sign_ups');

CREATE TABLE blocked_emails (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),     -- SHA-256 of the canonical address, as Mastodon's lists have it
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, hash),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('blocked_emails');

CREATE TABLE blocked_ips (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    ip cidr NOT NULL,
    severity text NOT NULL CHECK (severity IN ('sign_up_requires_approval', 'sign_up_block', 'no_access')),
    comment text NOT NULL DEFAULT '',
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, ip),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('blocked_ips');
