"""Who may read a post: one rule, as a function for rows in hand and as an SQL condition for rows to be found."""

from __future__ import annotations

from torg.posts.model import Audience, Post


def readable(alias: str = "p") -> str:
    """SQL condition on a posts row `alias`, for parameters org, network and viewer (NULL: anonymous).

    Own posts; else posts for everyone, for followers of whom the viewer is one, or that mention the viewer;
    never of an author who is suspended, gone or blocks the viewer.
    """
    return f"""(
        {alias}.account_id = %(viewer)s
        OR (
            ({alias}.audience = 'everyone'
             OR ({alias}.audience = 'followers' AND EXISTS (
                    SELECT FROM follows vf WHERE vf.org_id = %(org)s
                    AND vf.account_id = %(viewer)s AND vf.target_id = {alias}.account_id))
             OR ({alias}.audience <> 'everyone' AND EXISTS (
                    SELECT FROM post_mentions vm WHERE vm.org_id = %(org)s
                    AND vm.post_id = {alias}.id AND vm.account_id = %(viewer)s)))
            AND NOT EXISTS (
                SELECT FROM blocks vb WHERE vb.org_id = %(org)s
                AND vb.account_id = {alias}.account_id AND vb.target_id = %(viewer)s)
            AND NOT EXISTS (
                SELECT FROM accounts va WHERE va.org_id = %(org)s AND va.id = {alias}.account_id
                AND (va.suspended_at IS NOT NULL OR va.state <> 'active'))
        )
    )"""


def may_read(post: Post, viewer: int | None, *, follows: bool, mentioned: bool, blocked: bool) -> bool:
    """The same rule for a row in hand (author known to be visible)."""
    if post.account_id == viewer:
        return True
    if blocked:
        return False
    if post.audience is Audience.EVERYONE:
        return True
    return mentioned or (post.audience is Audience.FOLLOWERS and follows)


def may_boost(post: Post, viewer: int) -> bool:
    """Posts for everyone, and one's own for followers (Mastodon's rule for reblogs)."""
    return post.audience is Audience.EVERYONE or (post.audience is Audience.FOLLOWERS and post.account_id == viewer)
