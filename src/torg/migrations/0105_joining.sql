-- Coming into an inside network: the organisation's own domains, links by mail, guests, people of other organisations.

-- A domain that an organisation says is its own; verified when it has shown so. No two have it verified at once.
CREATE TABLE org_domains (
    org_id bigint NOT NULL REFERENCES organisations ON DELETE CASCADE,
    id bigint NOT NULL,
    domain text NOT NULL CHECK (domain = lower(domain) AND domain <> ''),
    method text CHECK (method IN ('dns', 'mail', 'operator')),  -- how it was verified
    token text NOT NULL,                        -- public: it stands in the domain's own DNS
    mail_hash bytea UNIQUE,                     -- SHA-256 of the secret in the last mail to the domain's postmaster
    mail_expires_at timestamptz,
    verified_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, domain),
    CHECK ((verified_at IS NULL) = (method IS NULL))
);
CREATE UNIQUE INDEX org_domains_verified ON org_domains (domain) WHERE verified_at IS NOT NULL;
SELECT secure_org('org_domains');

-- Links that let somebody at a verified domain in. No person yet: that is made when the link is followed.
CREATE TABLE join_links (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,          -- SHA-256
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX join_links_email ON join_links (org_id, network_id, email);
CREATE INDEX join_links_expires ON join_links (expires_at);
SELECT secure_content('join_links');

-- An invitation for a guest names the groups that he or she comes into.
ALTER TABLE invites ADD COLUMN IF NOT EXISTS guest boolean NOT NULL DEFAULT false;
ALTER TABLE invites ADD COLUMN IF NOT EXISTS group_ids bigint[] NOT NULL DEFAULT '{}';
-- Where somebody invited into a partner network works; '' for the organisation's own people.
ALTER TABLE invites ADD COLUMN company text NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN company text NOT NULL DEFAULT '';

-- The secret that guards the set-up page of an installation without any organisation; there is at most one.
CREATE TABLE setup_secret (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
SELECT secure_system('setup_secret');
