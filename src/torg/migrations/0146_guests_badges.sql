-- A guest knows of a badge of the network's own where somebody in his or her groups was given it, and of no other.
CREATE POLICY guests ON badges AS RESTRICTIVE FOR SELECT TO torg_app USING (
    NOT (SELECT torg_is_guest()) OR EXISTS (SELECT FROM praise p WHERE p.org_id = badges.org_id
        AND p.network_id = badges.network_id AND p.badge = badges.key));
