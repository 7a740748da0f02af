-- As in 0330, but for plans that held only while little was there. A key was looked for among all keys of the last hour,
-- which each batch read and hashed, and a tag among all of its network: each is one look into an index now, whatever is
-- there. And the time of an author's last post stands to the hour.

-- `given`: posts of one network (posts/at_once.py: Row), each with the settings of its author as they were remembered
-- and the key of the request. Written are those whose author is as remembered, whose key made no post yet, and whose
-- tags there are; `guarded`: of those, whoever does not speak for the organisation. Returned: each author of what was
-- written, as the row is now, and the posts.
CREATE OR REPLACE FUNCTION torg_publish(org bigint, network bigint, given jsonb, kind text, keyed boolean, guarded boolean)
    RETURNS TABLE (author json, posts bigint[])
    LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    inside bigint;
    barred bigint[] := '{}';
BEGIN
    PERFORM set_config('torg.org', org::text, true), set_config('torg.networks', format('{%s}', network), true);
    IF keyed THEN  -- in one order, so that two with the same keys wait for each other and never in a ring
        PERFORM pg_advisory_xact_lock(h.h) FROM (
            SELECT DISTINCT hashtextextended(k.key, k.account_id) AS h
            FROM jsonb_to_recordset(given) AS k (account_id bigint, key text) WHERE k.key IS NOT NULL ORDER BY h) AS h;
    END IF;
    IF guarded THEN
        inside := (SELECT n.id FROM networks AS n WHERE n.org_id = org AND n.kind = 'inside' ORDER BY n.id LIMIT 1);
        IF inside IS NOT NULL THEN
            barred := torg_speaking(org, network, inside, ARRAY(
                SELECT DISTINCT g.account_id FROM jsonb_to_recordset(given) AS g (account_id bigint)));
        END IF;
    END IF;
    RETURN QUERY
    WITH g AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(given) AS t (
            id bigint, account_id bigint, audience text, listed boolean, quote_policy text, source text, html text,
            spoiler text, sensitive boolean, language text, app_id bigint, created_at timestamptz, settings jsonb,
            key text, tags text[], payload jsonb)
    ), named AS MATERIALIZED (
        SELECT n.name, n.id FROM (
            SELECT n.name, (SELECT t.id FROM tags AS t
                WHERE t.org_id = org AND t.network_id = network AND t.name = n.name) AS id
            FROM (SELECT DISTINCT unnest(g.tags) AS name FROM g WHERE g.tags IS NOT NULL) AS n) AS n
        WHERE n.id IS NOT NULL
    ), people AS MATERIALIZED (
        SELECT a.id, a.settings FROM accounts AS a
        WHERE a.org_id = org AND a.network_id = network AND a.id IN (SELECT g.account_id FROM g)
        AND a.state = 'active' AND a.moved_to_id IS NULL AND a.id <> ALL (barred)
        ORDER BY a.id FOR NO KEY UPDATE
    ), fit AS MATERIALIZED (
        SELECT g.* FROM g JOIN people AS p ON p.id = g.account_id AND p.settings = g.settings
        -- A value, not NOT EXISTS: that would be answered from a table of all keys, made for each batch
        WHERE (g.key IS NULL OR (
            SELECT i.result_id FROM idempotency_keys AS i WHERE i.org_id = org AND i.network_id = network
            AND i.account_id = g.account_id AND i.key = g.key AND i.created_at > now() - interval '1 hour') IS NULL)
        AND (g.tags IS NULL OR g.tags <@ (SELECT array_agg(m.name) FROM named AS m))
    ), written AS (
        INSERT INTO posts (org_id, network_id, id, account_id, audience, listed, thread_id, quote_policy, source, html,
            spoiler, sensitive, language, app_id, created_at)
        SELECT org, network, f.id, f.account_id, f.audience, f.listed, f.id, f.quote_policy, f.source, f.html,
            f.spoiler, f.sensitive, f.language, f.app_id, f.created_at FROM fit AS f ORDER BY f.id
    ), counted AS (
        -- The first of an hour: an index has the time, and a row that keeps it costs no entry in all the others
        UPDATE accounts AS a SET posts_count = a.posts_count + n.many, last_post_at =
            CASE WHEN a.last_post_at >= date_trunc('hour', n.latest, 'UTC') THEN a.last_post_at ELSE n.latest END
        FROM (SELECT f.account_id, count(*) AS many, max(f.created_at) AS latest, array_agg(f.id) AS ids
            FROM fit AS f GROUP BY f.account_id) AS n
        WHERE a.org_id = org AND a.network_id = network AND a.id = n.account_id
        RETURNING row_to_json(a) AS author, n.ids AS ids
    ), remembered AS (
        INSERT INTO idempotency_keys (org_id, network_id, account_id, key, result_id)
        SELECT org, network, f.account_id, f.key, f.id FROM fit AS f WHERE f.key IS NOT NULL
        ON CONFLICT (org_id, account_id, key) DO UPDATE SET result_id = excluded.result_id, created_at = now()
    ), tagged AS (
        INSERT INTO post_tags (org_id, network_id, post_id, tag_id, account_id)
        SELECT org, network, f.id, m.id, f.account_id FROM fit AS f CROSS JOIN unnest(f.tags) AS n (name)
        JOIN named AS m ON m.name = n.name
    ), noted AS (
        INSERT INTO outbox (org_id, network_id, kind, payload)
        SELECT org, network, torg_publish.kind, f.payload FROM fit AS f ORDER BY f.id
    )
    SELECT c.author, c.ids FROM counted AS c;
END $$;
