-- What an administrator of a network may know and do about the hosts that its own deliveries go to.

-- How senders find these hosts. Lanes belong to the installation; a network is told of those it has something for.
CREATE FUNCTION torg_lanes() RETURNS TABLE (
    host text, due_at timestamptz, failures int, failing_since timestamptz, tried_at timestamptz, error text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT l.host, l.due_at, l.failures, l.failing_since, l.tried_at, l.error FROM delivery_lanes l
    WHERE l.host IN (SELECT d.host FROM deliveries d WHERE d.org_id = torg_org() AND d.network_id = ANY (torg_networks()))
$$;
REVOKE ALL ON FUNCTION torg_lanes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION torg_lanes() TO torg_app, torg_system;

-- End a host's rest, or give it a lane again, where the network has something for it.
CREATE FUNCTION torg_wake_host(named text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO delivery_lanes AS l (host, due_at)
    SELECT named, now() WHERE EXISTS (SELECT FROM deliveries d WHERE d.org_id = torg_org()
        AND d.network_id = ANY (torg_networks()) AND d.host = named AND d.dead_at IS NULL)
    ON CONFLICT (host) DO UPDATE SET due_at = now(), pulse = l.pulse + 1
$$;
REVOKE ALL ON FUNCTION torg_wake_host(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION torg_wake_host(text) TO torg_app, torg_system;
