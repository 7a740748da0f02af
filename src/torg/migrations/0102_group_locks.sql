-- Who runs a group, its other names and whom it invites are as secret as the group.

CREATE POLICY groups ON group_roles AS RESTRICTIVE FOR SELECT TO torg_app USING (torg_sees_group(group_id));
CREATE POLICY groups ON group_aliases AS RESTRICTIVE FOR SELECT TO torg_app USING (torg_sees_group(group_id));
-- Not torg_sees_group, which looks into this table itself.
CREATE POLICY groups ON group_invitations AS RESTRICTIVE FOR SELECT TO torg_app USING (
    (SELECT torg_viewer()) IS NULL OR account_id = (SELECT torg_viewer()) OR torg_in_group(group_id));
