"""Flag: a report from another server, by its instance actor or a person; of whom it is that complains is not told."""

from __future__ import annotations

from torg.federation.activities.incoming import Incoming
from torg.moderation import reports
from torg.peers import policy
from torg.posts import store as posts
from torg.remote import ours
from torg.remote.as2 import host_of, ids_of, text_of
from torg.text.clean import to_plain


async def receive(incoming: Incoming) -> None:
    """One report for each account here that is named, or whose posts are; none from servers whose reports we refuse."""
    named = ids_of(incoming.activity.get("object"))[: reports.MOST_NAMED]
    comment = to_plain(text_of(incoming.activity.get("content")))
    async with incoming.tx() as tx:
        for host in {incoming.sender.host, host_of(incoming.uri)}:
            if (await policy.of_host(tx, incoming.network, host)).reject_reports:
                return
        accounts: dict[int, list[int]] = {}
        for uri in named:
            if (account_id := await ours.account_id(tx, incoming.network, uri)) is not None:
                accounts.setdefault(account_id, [])
            elif (post_id := await ours.post_id(tx, incoming.network, uri)) is not None:
                post = await posts.get(tx, post_id)
                if post is not None:
                    accounts.setdefault(post.account_id, []).append(post.id)
        for target_id, post_ids in accounts.items():
            await reports.receive(tx, incoming.sender.id, target_id, post_ids, comment)
