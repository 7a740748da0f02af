-- The same locks as in 0100 and 0132, said in PL/pgSQL. A function of the language `sql` that looks into a table is
-- planned again by every statement that calls it; one of PL/pgSQL is planned once in a connection. Nobody sees more
-- or less than before.

CREATE OR REPLACE FUNCTION torg_in_group(of_group bigint) RETURNS boolean STABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM follows f WHERE f.org_id = torg_org() AND f.account_id = torg_viewer()
                   AND f.target_id = of_group);
END $$;

-- The viewer's groups as lists, which a statement makes once and only if it meets a row of a group: asked row by row
-- they cost a statement of their own for each. Which groups' posts the viewer reads, and of which he or she may know.
CREATE OR REPLACE FUNCTION torg_groups_read() RETURNS bigint[] STABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN ARRAY(SELECT g.id FROM groups g WHERE g.org_id = torg_org()
        AND (NOT torg_is_guest() AND g.kind IN ('open', 'moderated') OR EXISTS (
            SELECT FROM follows f WHERE f.org_id = torg_org() AND f.account_id = torg_viewer() AND f.target_id = g.id)));
END $$;
CREATE OR REPLACE FUNCTION torg_groups_seen() RETURNS bigint[] STABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN ARRAY(SELECT g.id FROM groups g WHERE g.org_id = torg_org()
        AND (NOT torg_is_guest() AND g.kind <> 'hidden' OR EXISTS (
            SELECT FROM follows f WHERE f.org_id = torg_org() AND f.account_id = torg_viewer() AND f.target_id = g.id)
        OR EXISTS (SELECT FROM group_invitations i WHERE i.org_id = torg_org() AND i.group_id = g.id
            AND i.account_id = torg_viewer())));
END $$;

-- One group at a time, by the same lists.
CREATE OR REPLACE FUNCTION torg_sees_group(of_group bigint) RETURNS boolean STABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN torg_viewer() IS NULL OR of_group = ANY (torg_groups_seen());
END $$;
CREATE OR REPLACE FUNCTION torg_reads_group(of_group bigint) RETURNS boolean STABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN torg_viewer() IS NULL OR of_group = ANY (torg_groups_read());
END $$;

-- Groups themselves: what the lists are made from, so in plain words (`follows` has no lock that looks at groups).
DROP POLICY groups ON groups;
CREATE POLICY groups ON groups AS RESTRICTIVE FOR SELECT TO torg_app USING (
    CASE WHEN (SELECT torg_viewer()) IS NULL OR kind <> 'hidden' AND NOT (SELECT torg_is_guest()) THEN true
    ELSE EXISTS (SELECT FROM follows f WHERE f.org_id = groups.org_id AND f.account_id = (SELECT torg_viewer())
            AND f.target_id = groups.id)
        OR EXISTS (SELECT FROM group_invitations i WHERE i.org_id = groups.org_id AND i.group_id = groups.id
            AND i.account_id = (SELECT torg_viewer())) END);

-- Every lock that asked of a single group asks the list.
DO $$
DECLARE
    p record;
    said text;
BEGIN
    FOR p IN SELECT * FROM pg_policies WHERE schemaname = 'public' AND qual ~ 'torg_(reads|sees)_group\(' LOOP
        said := regexp_replace(p.qual, 'torg_reads_group\(([a-z_.]+)\)',
            '((SELECT torg_viewer()) IS NULL OR \1 = ANY ((SELECT torg_groups_read())::bigint[]))', 'g');
        said := regexp_replace(said, 'torg_sees_group\(([a-z_.]+)\)',
            '((SELECT torg_viewer()) IS NULL OR \1 = ANY ((SELECT torg_groups_seen())::bigint[]))', 'g');
        IF said ~ 'torg_(reads|sees)_group\(' THEN
            RAISE EXCEPTION 'the policy % of % asks of a group in another way', p.policyname, p.tablename;
        END IF;
        EXECUTE format('ALTER POLICY %I ON %I USING (%s)', p.policyname, p.tablename, said);
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION with_group(t regclass, col name DEFAULT 'group_id') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY groups ON %s AS RESTRICTIVE FOR SELECT TO torg_app '
        'USING (CASE WHEN %s.%I IS NULL THEN NOT (SELECT torg_is_guest()) '
        'ELSE (SELECT torg_viewer()) IS NULL OR %s.%I = ANY ((SELECT torg_groups_read())::bigint[]) END)',
        t, t, col, t, col);
END $$;

CREATE OR REPLACE FUNCTION torg_guest_knows(account bigint) RETURNS boolean STABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN account = torg_viewer() OR EXISTS (
        SELECT FROM follows mine JOIN follows theirs ON theirs.org_id = mine.org_id AND theirs.target_id = mine.target_id
        JOIN groups g ON g.org_id = mine.org_id AND g.id = mine.target_id
        WHERE mine.org_id = torg_org() AND mine.account_id = torg_viewer() AND theirs.account_id = account);
END $$;

CREATE OR REPLACE FUNCTION torg_delegation_holds(of_org bigint, delegation bigint) RETURNS boolean STABLE PARALLEL SAFE
    LANGUAGE plpgsql AS $$
BEGIN
    IF delegation IS NULL THEN
        RETURN true;
    END IF;
    RETURN EXISTS (
        SELECT FROM delegations d JOIN accounts a ON a.org_id = d.org_id AND a.id = d.delegate_id
        LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
        WHERE d.org_id = of_org AND d.id = delegation AND d.ended_at IS NULL AND (d.ends_at IS NULL OR d.ends_at > now())
        AND a.state = 'active' AND a.disabled_at IS NULL AND a.suspended_at IS NULL AND p.disabled_at IS NULL);
END $$;
