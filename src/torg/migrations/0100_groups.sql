-- Groups, guests, and the wall between them: what a viewer may see within a network, as a lock of PostgreSQL's own.

-- Who reads in this transaction. Unset: no one person (jobs, moderators), so only organisation and network bind.
-- 0: anonymous. torg.guest is 'on' for a guest, who sees the groups that he or she is in and nothing else.
CREATE FUNCTION torg_viewer() RETURNS bigint STABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT nullif(current_setting('torg.viewer', true), '')::bigint $$;
CREATE FUNCTION torg_is_guest() RETURNS boolean STABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT coalesce(current_setting('torg.guest', true), '') = 'on' $$;

-- An outsider invited into groups of an inside or partner network.
ALTER TABLE accounts ADD COLUMN guest boolean NOT NULL DEFAULT false;

-- A group is an account (kind 'group') that one follows: the rows of `follows` towards it are its members.
CREATE TABLE groups (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,                         -- the account's id
    kind text NOT NULL CHECK (kind IN ('open', 'moderated', 'private', 'hidden')),
    posting text NOT NULL DEFAULT 'members' CHECK (posting IN ('members', 'admins')),
    guests_allowed boolean NOT NULL DEFAULT true,
    retention_days int CHECK (retention_days > 0),
    created_by bigint,
    archived_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, created_by) REFERENCES accounts ON DELETE SET NULL (created_by)
);
SELECT secure_content('groups');

CREATE TABLE group_roles (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    group_id bigint NOT NULL,
    account_id bigint NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'moderator')),
    PRIMARY KEY (org_id, group_id, account_id),
    FOREIGN KEY (org_id, group_id) REFERENCES groups ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX group_roles_account ON group_roles (org_id, account_id);
SELECT secure_content('group_roles');

CREATE TABLE group_invitations (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    group_id bigint NOT NULL,
    account_id bigint NOT NULL,
    invited_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, group_id, account_id),
    FOREIGN KEY (org_id, group_id) REFERENCES groups ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, invited_by) REFERENCES accounts ON DELETE SET NULL (invited_by)
);
CREATE INDEX group_invitations_account ON group_invitations (org_id, account_id, id);
SELECT secure_content('group_invitations');

-- Further names by which `!name` and `@name` address a group; its own handle is the first.
CREATE TABLE group_aliases (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    alias text NOT NULL CHECK (alias = lower(alias)),
    group_id bigint NOT NULL,
    PRIMARY KEY (org_id, network_id, alias),
    FOREIGN KEY (org_id, group_id) REFERENCES groups ON DELETE CASCADE
);
CREATE INDEX group_aliases_group ON group_aliases (org_id, group_id);
SELECT secure_content('group_aliases');

-- Before the first release the table is small, and a migration is one transaction.
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE posts ADD CONSTRAINT posts_group FOREIGN KEY (org_id, group_id) REFERENCES groups ON DELETE CASCADE;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE posts ADD CONSTRAINT posts_group_audience CHECK ((audience = 'group') = (group_id IS NOT NULL));
CREATE INDEX posts_in_group ON posts (org_id, group_id, id) WHERE group_id IS NOT NULL;

-- Whether the viewer is in a group (or invited into it, which shows that it is there).
CREATE FUNCTION torg_in_group(of_group bigint) RETURNS boolean STABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT EXISTS (SELECT FROM follows f WHERE f.org_id = (SELECT torg_org()) AND f.account_id = (SELECT torg_viewer())
                   AND f.target_id = of_group)
$$;
CREATE FUNCTION torg_sees_group(of_group bigint) RETURNS boolean STABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT (SELECT torg_viewer()) IS NULL OR torg_in_group(of_group)
        OR EXISTS (SELECT FROM group_invitations i WHERE i.org_id = (SELECT torg_org()) AND i.group_id = of_group
                   AND i.account_id = (SELECT torg_viewer()))
        OR (NOT (SELECT torg_is_guest()) AND EXISTS (SELECT FROM groups g WHERE g.org_id = (SELECT torg_org())
                   AND g.id = of_group AND g.kind <> 'hidden'))
$$;
CREATE FUNCTION torg_reads_group(of_group bigint) RETURNS boolean STABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT (SELECT torg_viewer()) IS NULL OR torg_in_group(of_group)
        OR (NOT (SELECT torg_is_guest()) AND EXISTS (SELECT FROM groups g WHERE g.org_id = (SELECT torg_org())
                   AND g.id = of_group AND g.kind IN ('open', 'moderated')))
$$;
-- Whether a guest may know of an account: himself, his groups, and who else is in them.
CREATE FUNCTION torg_guest_knows(account bigint) RETURNS boolean STABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT account = (SELECT torg_viewer()) OR EXISTS (
        SELECT FROM follows mine JOIN follows theirs ON theirs.org_id = mine.org_id AND theirs.target_id = mine.target_id
        JOIN groups g ON g.org_id = mine.org_id AND g.id = mine.target_id
        WHERE mine.org_id = (SELECT torg_org()) AND mine.account_id = (SELECT torg_viewer())
        AND theirs.account_id = account)
$$;

-- Macros for tables to come. Restrictive policies: they take away from what the tenant policy lets through.
-- What a guest never sees (announcements to all, the directory, the wall of thanks …).
CREATE FUNCTION not_for_guests(t regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY guests ON %s AS RESTRICTIVE FOR SELECT TO torg_app '
        'USING (NOT (SELECT torg_is_guest()))', t);
END $$;
-- Rows that hang on a post (post_id or the column named): a guest sees them with their post.
CREATE FUNCTION with_post(t regclass, col name DEFAULT 'post_id') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY guests ON %1$s AS RESTRICTIVE FOR SELECT TO torg_app '
        'USING (NOT (SELECT torg_is_guest()) OR EXISTS (SELECT FROM posts wp WHERE wp.org_id = %1$s.org_id '
        'AND wp.id = %1$s.%2$I))', t, col);
END $$;
-- Rows that belong to a group where the column is not NULL, else to the whole network (not to its guests).
CREATE FUNCTION with_group(t regclass, col name DEFAULT 'group_id') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY groups ON %1$s AS RESTRICTIVE FOR SELECT TO torg_app '
        'USING (CASE WHEN %1$s.%2$I IS NULL THEN NOT (SELECT torg_is_guest()) '
        'ELSE torg_reads_group(%1$s.%2$I) END)', t, col);
END $$;

CREATE POLICY groups ON posts AS RESTRICTIVE FOR SELECT TO torg_app USING (
    CASE WHEN (SELECT torg_viewer()) IS NULL OR account_id = (SELECT torg_viewer()) THEN true
    WHEN group_id IS NOT NULL THEN torg_reads_group(group_id)
    ELSE NOT (SELECT torg_is_guest()) END);
CREATE POLICY groups ON accounts AS RESTRICTIVE FOR SELECT TO torg_app USING (
    CASE WHEN (SELECT torg_viewer()) IS NULL THEN true
    WHEN kind = 'group' THEN torg_sees_group(id)
    ELSE NOT (SELECT torg_is_guest()) OR torg_guest_knows(id) END);
CREATE POLICY groups ON groups AS RESTRICTIVE FOR SELECT TO torg_app USING (
    CASE WHEN (SELECT torg_viewer()) IS NULL OR kind <> 'hidden' AND NOT (SELECT torg_is_guest()) THEN true
    ELSE torg_in_group(id) OR EXISTS (SELECT FROM group_invitations i WHERE i.org_id = groups.org_id
        AND i.group_id = groups.id AND i.account_id = (SELECT torg_viewer())) END);
