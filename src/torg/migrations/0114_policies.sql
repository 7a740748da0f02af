-- Policies of a network: predefined roles, the usage policy and who accepted it, refused addresses, ages of passwords.

-- Bit 22 never meant anything; what was made as "Admin" may do what an administrator may, with Torg's own bits too.
ALTER TABLE roles NO FORCE ROW LEVEL SECURITY;
UPDATE roles SET permissions = permissions & ~(1::bigint << 22) WHERE permissions & (1::bigint << 22) <> 0;
UPDATE roles SET permissions = 17150509052 WHERE name = 'Admin' AND permissions = 4194300;
INSERT INTO roles (org_id, network_id, id, name, permissions, position, highlighted)
SELECT n.org_id, n.id,
    ((extract(epoch FROM now()) * 1000)::bigint << 16) | (row_number() OVER (ORDER BY n.org_id, n.id, d.position) & 65535),
    d.name, d.permissions, d.position, d.highlighted
FROM networks n CROSS JOIN (VALUES
    ('Admin', 17150509052, 100, true),
    ('Communicator', 469770240, 20, true),
    ('Community admin', 33619984, 15, true),
    ('Report reader', 134217736, 5, false)) AS d (name, permissions, position, highlighted)
ON CONFLICT (org_id, network_id, name) DO NOTHING;
ALTER TABLE roles FORCE ROW LEVEL SECURITY;

-- What one must accept to use the network. Every version stays; which one holds is in the network's settings.
CREATE TABLE usage_policies (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    version int NOT NULL CHECK (version > 0),
    content text NOT NULL CHECK (content <> ''),
    published_by bigint,                        -- an account; NULL when it is gone
    published_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, network_id, version),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, published_by) REFERENCES accounts ON DELETE SET NULL (published_by)
);
SELECT secure_content('usage_policies');
REVOKE UPDATE, DELETE ON usage_policies FROM torg_app;

CREATE TABLE usage_acceptances (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    version int NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, account_id, version),
    FOREIGN KEY (org_id, network_id, version) REFERENCES usage_policies ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX usage_acceptances_version ON usage_acceptances (org_id, network_id, version, account_id);
SELECT secure_content('usage_acceptances');
SELECT not_for_guests('usage_acceptances');
REVOKE UPDATE, DELETE ON usage_acceptances FROM torg_app;
-- The newest version that the account has accepted: comes with the token, so that a request costs no query more.
ALTER TABLE accounts ADD COLUMN policy_version int NOT NULL DEFAULT 0;

-- Requests with a good token or password from an address outside the network's ranges, a row a day.
CREATE TABLE refused_addresses (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    day date NOT NULL,
    account_id bigint NOT NULL,
    ip inet NOT NULL,
    requests int NOT NULL DEFAULT 1,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, network_id, day, account_id, ip),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
SELECT secure_content('refused_addresses');

-- For whoever has a password already, its age counts from now.
ALTER TABLE persons ADD COLUMN password_changed_at timestamptz NOT NULL DEFAULT now();
