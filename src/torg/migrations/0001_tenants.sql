-- Tenants and the wall: roles that own nothing, the policy macro, organisations, networks, persons, accounts.

-- Roles are shared by all databases of a cluster, so a second database (tests) finds them there.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'torg_app') THEN CREATE ROLE torg_app LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'torg_system') THEN CREATE ROLE torg_system LOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT USAGE ON SCHEMA public TO torg_app, torg_system;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO torg_app, torg_system;

-- The tenant of the current transaction. Empty or unset means no rows.
CREATE FUNCTION torg_org() RETURNS bigint STABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT nullif(current_setting('torg.org', true), '')::bigint $$;
CREATE FUNCTION torg_networks() RETURNS bigint[] STABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT nullif(current_setting('torg.networks', true), '')::bigint[] $$;

-- Macro for tables of content: rows of the organisation and of a network that the actor may read.
-- The sub-selects make PostgreSQL evaluate the setting once a query instead of once a row.
CREATE FUNCTION secure_content(t regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %s TO torg_app USING (org_id = (SELECT torg_org()) '
        'AND network_id = ANY ((SELECT torg_networks())::bigint[]))', t);
    EXECUTE format('CREATE POLICY system ON %s TO torg_system USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO torg_app, torg_system', t);
END $$;

-- Macro for tables that belong to the organisation as a whole (persons, say).
CREATE FUNCTION secure_org(t regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %s TO torg_app USING (org_id = (SELECT torg_org()))', t);
    EXECUTE format('CREATE POLICY system ON %s TO torg_system USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO torg_app, torg_system', t);
END $$;

-- Macro for tables that only the installation itself touches.
CREATE FUNCTION secure_system(t regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY system ON %s TO torg_system USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO torg_system', t);
END $$;

-- A number per process, six bits of every id it makes.
CREATE SEQUENCE node_numbers MINVALUE 0 MAXVALUE 63 CYCLE;
GRANT USAGE ON SEQUENCE node_numbers TO torg_app, torg_system;

CREATE TABLE organisations (
    org_id bigint PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);
SELECT secure_org('organisations');

CREATE TABLE networks (
    org_id bigint NOT NULL REFERENCES organisations ON DELETE CASCADE,
    id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('inside', 'partner', 'public')),
    host text NOT NULL UNIQUE CHECK (host = lower(host) AND host <> ''),
    name text NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id)
);
SELECT secure_org('networks');

CREATE TABLE persons (
    org_id bigint NOT NULL REFERENCES organisations ON DELETE CASCADE,
    id bigint NOT NULL,
    email text NOT NULL CHECK (email = lower(email)),
    email_confirmed_at timestamptz,
    password_hash text,
    locale text NOT NULL DEFAULT 'en',
    disabled_at timestamptz,
    last_seen_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, email)
);
SELECT secure_org('persons');

-- Roles by permission (Mastodon's bits), per network; an account has at most one.
CREATE TABLE roles (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    color text NOT NULL DEFAULT '',
    permissions bigint NOT NULL DEFAULT 0,
    position int NOT NULL DEFAULT 0,
    highlighted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, name),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('roles');

CREATE TABLE accounts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL DEFAULT 'personal' CHECK (kind IN ('personal', 'team', 'bot', 'group', 'remote')),
    person_id bigint,
    role_id bigint,
    handle text NOT NULL,
    host text NOT NULL DEFAULT '',              -- '' for a local account
    uri text,                                   -- ActivityPub id of a remote account
    url text,
    display_name text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',              -- as typed
    note_html text NOT NULL DEFAULT '',
    fields jsonb NOT NULL DEFAULT '[]',         -- [{name, value, value_html, verified_at}]
    avatar jsonb,                               -- {key, static_key, description}
    header jsonb,
    locked boolean NOT NULL DEFAULT false,
    bot boolean NOT NULL DEFAULT false,
    discoverable boolean NOT NULL DEFAULT true,
    indexable boolean NOT NULL DEFAULT true,
    hide_collections boolean NOT NULL DEFAULT false,
    settings jsonb NOT NULL DEFAULT '{}',       -- posting defaults and reading preferences
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'unconfirmed', 'pending', 'deleted')),
    invite_request text NOT NULL DEFAULT '',
    sign_up_ip inet,
    disabled_at timestamptz,
    suspended_at timestamptz,
    silenced_at timestamptz,
    sensitized_at timestamptz,
    moved_to_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_post_at timestamptz,
    posts_count int NOT NULL DEFAULT 0,
    followers_count int NOT NULL DEFAULT 0,
    following_count int NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, person_id) REFERENCES persons ON DELETE SET NULL (person_id),
    FOREIGN KEY (org_id, role_id) REFERENCES roles ON DELETE SET NULL (role_id),
    FOREIGN KEY (org_id, moved_to_id) REFERENCES accounts ON DELETE SET NULL (moved_to_id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX accounts_handle ON accounts (org_id, network_id, lower(handle), host);
CREATE INDEX accounts_person ON accounts (org_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX accounts_network ON accounts (org_id, network_id, id);
SELECT secure_content('accounts');

-- OAuth applications belong to a network: a token of one network is worthless on another.
CREATE TABLE apps (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    client_id text NOT NULL UNIQUE,
    secret_hash bytea NOT NULL,
    name text NOT NULL,
    website text,
    redirect_uris text[] NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('apps');

CREATE TABLE tokens (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    token_hash bytea NOT NULL UNIQUE,           -- SHA-256; the token itself is never stored
    app_id bigint NOT NULL,
    account_id bigint,                          -- NULL: the app by itself (client credentials)
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, app_id) REFERENCES apps ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX tokens_account ON tokens (org_id, account_id);
SELECT secure_content('tokens');
