-- What a delegate uploads becomes the account's when it is posted. To the delegate the row would be out of sight the
-- moment it changes hands, which row security refuses; so the rule stands here: of the tenant, the viewer's own, used
-- nowhere, and to an account whose delegate the viewer is.
CREATE FUNCTION torg_hand_over(ids bigint[], taker bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE public.media m SET account_id = taker
    WHERE m.org_id = public.torg_org() AND m.network_id = ANY (public.torg_networks()) AND m.id = ANY (ids)
    AND m.account_id = public.torg_viewer() AND m.post_id IS NULL AND m.message_id IS NULL
    AND EXISTS (SELECT FROM public.delegations d WHERE d.org_id = m.org_id AND d.network_id = m.network_id
        AND d.account_id = taker AND d.delegate_id = public.torg_viewer()
        AND public.torg_delegation_holds(d.org_id, d.id))
$$;
REVOKE EXECUTE ON FUNCTION torg_hand_over(bigint[], bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION torg_hand_over(bigint[], bigint) TO torg_app;
