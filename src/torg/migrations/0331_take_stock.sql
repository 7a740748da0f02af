-- Of a table that has never been analysed the planner thinks that few rows have the same organisation and network, and
-- goes through all of a network for one post. Autovacuum looks once a minute; on a new installation that is the first
-- thousands of posts. The relay asks for this when it has moved so many events, twice as many, and so on.
CREATE FUNCTION torg_take_stock() RETURNS int LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '50ms' AS $$
DECLARE
    grown regclass;
    analysed int := 0;
BEGIN
    FOR grown IN
        SELECT c.oid::regclass FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.reltuples < 2000
        AND pg_catalog.pg_relation_size(c.oid) > greatest(c.relpages, 4) * 2 * 8192
    LOOP
        BEGIN
            EXECUTE format('ANALYZE %s', grown);
            analysed := analysed + 1;
        EXCEPTION WHEN lock_not_available THEN  -- somebody is at it
            NULL;
        END;
    END LOOP;
    RETURN analysed;
END $$;
REVOKE EXECUTE ON FUNCTION torg_take_stock() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION torg_take_stock() TO torg_system;
