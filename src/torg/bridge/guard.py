"""The leak guard: what is about to be public is held against what was written inside, and stopped if it repeats it.

Only accounts that speak for the organisation are compared at all. Whoever else posts in the public network learns
nothing from it, neither by an answer nor by the time it takes: for them no question is asked that depends on the text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import timedelta

import msgspec

from torg.bridge import guard_store as store
from torg.bridge import names, words
from torg.bridge.crossing import inside_of, looking_in
from torg.bridge.model import Finding
from torg.engine.postgres import Row, Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import NotFound
from torg.media import reads as media
from torg.orgs.model import Network
from torg.posts import reads as posts
from torg.posts.checks import Outgoing, Stopped, Writer

ASK = "ask someone who may overrule the leak guard"
UNSEEN = f"may contain inside information; {ASK}"
MOST_KNOWN = 300


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A text about to go out, in the forms in which it is compared."""

    whole: str
    words: list[str]
    phrases: set[str]

    @property
    def digest(self) -> str:
        """What a release names: exactly this text."""
        return hashlib.sha256(self.whole.encode()).hexdigest()


def text_of(*parts: str) -> Text:
    """The parts that readers will see, each kept apart by a line."""
    whole = "\n".join(part for part in parts if part)
    return Text(whole=whole, words=words.words(whole), phrases=words.phrases(words.plain_words(whole)))


async def check(tx: Tx, actor: Actor, network: Network, outgoing: Outgoing) -> None:
    """Stopped (422) if somebody who speaks for the organisation repeats what is inside; a release lets it pass once."""
    inside = await inside_of(tx, network.org_id)
    if inside is None or actor.account_id is None:
        return
    account = actor.account_id
    async with looking_in(tx, network, inside) as within:
        who = await store.speaker(within, network.id, account, actor.person_id)
        if who is None or not who["speaks"]:
            return
        text = await _text(tx, actor, outgoing)
        found = await find(within, tx, inside, account, outgoing, text)
        if found is None or await _released(within, account, text, outgoing):
            return
        seen = who["inside_id"] is not None and await _may_know(within, inside, who["inside_id"], found)

    async def note(later: Tx) -> None:
        await store.stop(later, network.id, account, text.whole, text.digest, found)

    tx.afterwards(inside.scope, note)
    why = f"may not be published: “{found.passage}” is in a post of the inside network; {ASK}" if seen else UNSEEN
    raise Stopped(details={"text": [("ERR_BLOCKED", why)]})


async def concerned(tx: Tx, network: Network, writers: Collection[Writer]) -> set[Writer]:
    """Those who speak for the organisation: what they post is compared."""
    inside = await inside_of(tx, network.org_id)
    if inside is None:
        return set()
    found = set()
    async with looking_in(tx, network, inside) as within:
        for account, person in writers:
            who = await store.speaker(within, network.id, account, person)
            if who is not None and who["speaks"]:
                found.add((account, person))
    return found


async def _released(within: Tx, account: int, text: Text, outgoing: Outgoing) -> bool:
    if outgoing.planned:
        return await store.has_release(within, account, text.digest)
    return await store.use_release(within, account, text.digest)


async def _text(tx: Tx, actor: Actor, outgoing: Outgoing) -> Text:
    draft = outgoing.draft
    options = draft.poll.options if draft.poll else []
    kept = await media.loose(tx, actor.me, draft.media_ids) if draft.media_ids else []
    described = [one.description for one in kept if one.description]
    return text_of(draft.text, draft.spoiler, *options, *described, *outgoing.descriptions)


async def find(within: Tx, tx: Tx, inside: Network, account: int, outgoing: Outgoing, text: Text) -> Finding | None:
    """The first reason to stop the text: a code word, a group's name, a file's name, or a post that it repeats."""
    since = now() - timedelta(days=inside.settings.guard_days)
    terms = await store.terms(within)
    for term in terms:
        if term.effect == "stop" and term.words in text.phrases:
            return Finding(reason="term", passage=term.term)
    allowed = {term.words for term in terms if term.effect == "allow"}
    rows = await store.group_names(within)
    group = names.named(text.phrases, [(row["id"], names.group_phrases(row["names"])) for row in rows], allowed)
    if group is not None:
        return Finding(reason="group", passage=group[1], group_id=group[0])
    file = await store.file_of(within, text.phrases - allowed, since, outgoing.waived)
    if file is not None:
        return Finding(reason="file", passage=file["name"], post_id=file["post_id"])
    shingles = words.shingles(text.words)
    likely = await store.candidates(within, shingles, since, outgoing.waived) if shingles else []
    return await _copied(within, tx, account, outgoing, text, likely) if likely else None


async def _copied(
    within: Tx, tx: Tx, account: int, outgoing: Outgoing, text: Text, likely: list[int]
) -> Finding | None:
    """The inside post, of those that share a few words in a row, of which the text has so much that it is a copy."""
    public = [(row, words.words(row["source"])) for row in await _public(tx, account, outgoing)]
    by_id = {row["id"]: row for row in await store.texts(within, likely)}
    for post_id in likely:
        if post_id not in by_id:
            continue
        theirs = words.words(by_id[post_id]["text"])
        # What was public before it was written inside is no secret of that post; nor is what an edit leaves as it is.
        known = [read for row, read in public if row["id"] < post_id or row["id"] == outgoing.post_id]
        shared = words.overlap(text.words, theirs, known)
        if shared.alarming(len(text.words), len(theirs)):
            return Finding(reason="post", passage=shared.run, post_id=post_id)
    return None


async def _public(tx: Tx, account: int, outgoing: Outgoing) -> list[Row]:
    """Public posts that a text may well repeat: the author's own, and those around what it answers or quotes."""
    draft = outgoing.draft
    near = [id_ for id_ in (draft.reply_to_id, draft.quote_of_id, outgoing.post_id) if id_ is not None]
    return await tx.all(
        """SELECT id, source FROM (
             (SELECT p.id, p.source FROM posts p WHERE p.org_id = %(org)s AND p.network_id = %(network)s
              AND p.account_id = %(account)s AND p.boost_of_id IS NULL ORDER BY p.id DESC LIMIT %(most)s)
             UNION
             (SELECT p.id, p.source FROM posts n JOIN posts p ON p.org_id = n.org_id
                AND (p.id = n.id OR p.thread_id = n.thread_id)
              WHERE n.org_id = %(org)s AND n.network_id = %(network)s AND n.id = ANY(%(near)s)
              AND p.network_id = n.network_id ORDER BY p.id LIMIT %(most)s)) found""",
        {
            "org": tx.scope.org_id, "network": tx.scope.network_ids[0], "account": account, "near": near,
            "most": MOST_KNOWN,
        },
    )  # fmt: skip


async def _may_know(within: Tx, inside: Network, inside_id: int, found: Finding) -> bool:
    """Whether the author may read inside what was recognised, and so be told which part it is."""
    if found.post_id is not None:
        reader = Actor(org_id=inside.org_id, network_id=inside.id, network_kind=inside.kind, account_id=inside_id)
        try:
            await posts.readable_post(within, reader, found.post_id)
        except NotFound:
            return False
        return True
    return False
