"""Who may read a post: one rule, as a function for rows in hand and as an SQL condition for rows to be found."""

from __future__ import annotations

from torg.posts.model import Audience, Post


def readable(alias: str = "p") -> str:
    """SQL condition on a posts row `alias`, for parameters org, network and viewer (NULL: anonymous).

    Own posts; else posts for everyone, for followers of whom the viewer is one, or that mention the viewer, or that
    stand in a group that is open to all or has the viewer in it (a mention does not open a group's door);
    never of an author who is suspended, gone or blocks the viewer, nor in a group of which the same is true.
    A guest reads in the groups that he or she is in, and nothing else.
    """
    return f"""(
        {alias}.account_id = %(viewer)s
        OR (
            (({alias}.audience = 'group' AND EXISTS (
                    SELECT FROM follows vf WHERE vf.org_id = %(org)s
                    AND vf.account_id = %(viewer)s AND vf.target_id = {alias}.group_id))
             OR (NOT EXISTS (SELECT FROM accounts vw WHERE vw.org_id = %(org)s AND vw.id = %(viewer)s AND vw.guest)
                 AND ({alias}.audience = 'everyone'
                  OR ({alias}.audience = 'group' AND EXISTS (
                        SELECT FROM groups vg WHERE vg.org_id = %(org)s AND vg.id = {alias}.group_id
                        AND vg.kind IN ('open', 'moderated')))
                  OR ({alias}.audience = 'followers' AND EXISTS (
                        SELECT FROM follows vf WHERE vf.org_id = %(org)s
                        AND vf.account_id = %(viewer)s AND vf.target_id = {alias}.account_id))
                  OR ({alias}.audience IN ('followers', 'mentioned') AND EXISTS (
                        SELECT FROM post_mentions vm WHERE vm.org_id = %(org)s
                        AND vm.post_id = {alias}.id AND vm.account_id = %(viewer)s)))))
            AND NOT (ARRAY[{alias}.account_id, {alias}.group_id] && ARRAY(
                SELECT vb.account_id FROM blocks vb WHERE vb.org_id = %(org)s AND vb.target_id = %(viewer)s))
            AND NOT EXISTS (
                SELECT FROM accounts va WHERE va.org_id = %(org)s AND va.id IN ({alias}.account_id, {alias}.group_id)
                AND (va.suspended_at IS NOT NULL OR va.state <> 'active'))
        )
    )"""


def open_to_all(alias: str = "p") -> str:
    """The part of `readable` that posts for everyone pass: what passes this passes that, with fewer tables to look at.

    Who writes is not heard here while suspended, not even by him- or herself; `readable` says so of one's own.
    """
    return f"""({alias}.audience = 'everyone'
        AND NOT EXISTS (SELECT FROM accounts vw WHERE vw.org_id = %(org)s AND vw.id = %(viewer)s AND vw.guest)
        AND {alias}.account_id <> ALL (ARRAY(
            SELECT vb.account_id FROM blocks vb WHERE vb.org_id = %(org)s AND vb.target_id = %(viewer)s))
        AND EXISTS (SELECT FROM accounts va WHERE va.org_id = %(org)s AND va.id = {alias}.account_id
            AND va.suspended_at IS NULL AND va.state = 'active'))"""


def may_boost(post: Post, viewer: int) -> bool:
    """Posts for everyone, and one's own for followers (Mastodon's rule for reblogs)."""
    return post.audience is Audience.EVERYONE or (post.audience is Audience.FOLLOWERS and post.account_id == viewer)
