-- Full-text search of posts. The words are prepared by search/rules.py; this file only keeps and finds them.

CREATE TABLE post_search (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,
    account_id bigint NOT NULL,
    -- Words as written, their Swedish or English stems, and one lexeme that names the network ("#" and its id),
    -- so that the index itself tells networks apart and a search of excluded words alone can use it too.
    doc tsvector NOT NULL,
    PRIMARY KEY (org_id, post_id),
    FOREIGN KEY (org_id, post_id) REFERENCES posts ON DELETE CASCADE
);
CREATE INDEX post_search_doc ON post_search USING gin (doc);
SELECT secure_content('post_search');

-- A policy's condition is checked before any operator that is not leakproof, and @@ is not: under row-level security
-- the index on doc would never be used. So the search itself runs as torg_system, and applies the wall here:
-- organisation and network come from the transaction's own setting, never from the caller.
CREATE FUNCTION search_posts(wanted tsquery, authors bigint[], below bigint, above bigint, most int)
    RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    org bigint := public.torg_org();
    networks bigint[] := public.torg_networks();
    marked tsquery;
BEGIN
    IF org IS NULL OR networks IS NULL OR cardinality(networks) = 0 THEN
        RETURN;
    END IF;
    SELECT ('(' || string_agg(quote_literal('#' || n), ' | ') || ')')::tsquery INTO marked FROM unnest(networks) AS n;
    -- Planned anew each time: a rare word wants the index on doc, a word of every second post the one on ids.
    RETURN QUERY EXECUTE
        'SELECT s.post_id FROM public.post_search s
         WHERE s.org_id = $1 AND s.network_id = ANY ($2) AND s.doc @@ $3'
        || CASE WHEN authors IS NULL THEN '' ELSE ' AND s.account_id = ANY ($4)' END
        || CASE WHEN below IS NULL THEN '' ELSE ' AND s.post_id < $5' END
        || CASE WHEN above IS NULL THEN '' ELSE ' AND s.post_id > $6' END
        || ' ORDER BY s.post_id DESC LIMIT $7'
        USING org, networks, marked && wanted, authors, below, above, most;
END $$;
REVOKE ALL ON FUNCTION search_posts(tsquery, bigint[], bigint, bigint, int) FROM PUBLIC;

-- The owner of the schema need not be a superuser: then it hands the function over as a member of torg_system.
DO $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
        AND NOT pg_has_role(current_user, 'torg_system', 'MEMBER') THEN
        EXECUTE format('GRANT torg_system TO %I', current_user);
    END IF;
END $$;
GRANT CREATE ON SCHEMA public TO torg_system;
ALTER FUNCTION search_posts(tsquery, bigint[], bigint, bigint, int) OWNER TO torg_system;
REVOKE CREATE ON SCHEMA public FROM torg_system;
GRANT EXECUTE ON FUNCTION search_posts(tsquery, bigint[], bigint, bigint, int) TO torg_app;

-- Accounts and tags are found by the beginning of their names.
CREATE INDEX accounts_handle_prefix ON accounts (org_id, network_id, lower(handle) text_pattern_ops);
CREATE INDEX tags_name_prefix ON tags (org_id, network_id, name text_pattern_ops);
