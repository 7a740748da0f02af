"""The demonstration: an organisation with a public and an inside network, its cast, and how to log in as them."""

from __future__ import annotations

from collections.abc import Sequence

from torg.access import passwords, persons, roles
from torg.accounts import actions as accounts
from torg.accounts import store as accounts_store
from torg.cli.cast import CAST, FOLLOWS, INSIDE, PASSWORD, PUBLIC, Line
from torg.cli.progress import shown
from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.graph.model import FollowOptions
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.config import Settings
from torg.orgs import actions as orgs
from torg.orgs import store as orgs_store
from torg.orgs.model import Network
from torg.posts import actions as posts
from torg.posts import boosts, marks
from torg.posts.model import Draft, PollDraft
from torg.serve.services import Services

ORGANISATION = "Acme"
MAIL = "acme.example"


async def fill(services: Services) -> None:
    """Make the demonstration if there is no network yet; keep its host names in step with the port."""
    port = services.settings.port
    suffix = "" if port == (443 if services.settings.scheme == "https" else 80) else f":{port}"
    async with services.db.system() as tx:
        for network in await orgs_store.some_networks(tx, 20):
            name, _, _ = network.host.partition(":")
            if name in ("localhost", "inside.localhost") and network.host != name + suffix:
                await orgs_store.move_host(tx, network, name + suffix)
        if await orgs_store.any_organisation(tx):
            return
        await orgs.add_organisation(tx, ORGANISATION)
        public = await orgs.add_network(tx, ORGANISATION, NetworkKind.PUBLIC, f"localhost{suffix}")
        inside = await orgs.add_network(tx, ORGANISATION, NetworkKind.INSIDE, f"inside.localhost{suffix}")
    known = await passwords.hashed(PASSWORD)
    with shown("Filling the square") as progress:
        total = 2 * len(CAST) + len(PUBLIC) + len(INSIDE)
        done = 0
        for network, lines in ((public, PUBLIC), (inside, INSIDE)):
            actors: dict[str, Actor] = {}
            async with services.db.tx(network.scope) as tx:
                actors = await _people(tx, network, known, f"{services.settings.scheme}://{network.host}")
                await _follow(tx, actors)
            done += len(CAST)
            progress(done, total)
            said: dict[str, int] = {}
            for line in lines:
                async with services.db.tx(network.scope) as tx:
                    said[line.key] = await _say(tx, services.settings, network, actors, line, said)
                done += 1
                progress(done, total)


async def _people(tx: Tx, network: Network, password_hash: str, origin: str) -> dict[str, Actor]:
    actors = {}
    for role in CAST:
        if network.kind is NetworkKind.INSIDE and not role.inside:
            continue
        email = f"{role.handle}@{MAIL}"
        person = await persons.by_email(tx, email) or await persons.insert(
            tx, email, password_hash, locale=role.locale, confirmed=True
        )
        assert person is not None
        account = await accounts.create_account(tx, role.handle, person_id=person.id, reserved=False)
        values: dict[str, object] = {
            "display_name": role.name,
            "note": role.bio,
            "note_html": (await posts.rendered(tx, role.bio, network.host, origin))[0].html,
            "bot": role.bot,
        }
        if role.role:
            values["role_id"] = await roles.ensure(tx, role.role)
        await accounts_store.update(tx, account.id, values)
        actors[role.handle] = Actor(
            org_id=network.org_id,
            network_id=network.id,
            network_kind=network.kind,
            account_id=account.id,
            person_id=person.id,
            locale=role.locale,
        )
    return actors


async def _follow(tx: Tx, actors: dict[str, Actor]) -> None:
    for handle, others in FOLLOWS.items():
        for other in others:
            if handle in actors and other in actors:
                await graph.follow(tx, actors[handle], actors[other].me, FollowOptions())


async def _say(
    tx: Tx, settings: Settings, network: Network, actors: dict[str, Actor], line: Line, said: dict[str, int]
) -> int:
    draft = Draft(
        text=line.text,
        spoiler=line.spoiler,
        reply_to_id=said.get(line.reply_to or ""),
        poll=PollDraft(options=line.options, expires_in=86_400) if line.options else None,
    )
    origin = f"{settings.scheme}://{network.host}"
    id_ = await posts.publish(tx, actors[line.who], network, draft, origin=origin)
    for handle in line.favourited_by:
        await marks.favourite(tx, actors[handle], id_)
    for handle in line.boosted_by:
        await boosts.boost(tx, actors[handle], id_)
    return id_


def greeting(settings: Settings, networks: Sequence[Network]) -> str:
    """What to open, and whom to log in as."""
    lines = ["", "Torg is running. Open:"]
    for network in networks:
        label = "the public square" if network.is_public else "the inside, for members"
        lines.append(f"  {settings.scheme}://{network.host:28} {label}")
    lines += ["", f"Log in as (password: {PASSWORD})"]
    for role in CAST:
        where = "both networks" if role.inside else "public only"
        who = f"{role.name}, {role.role.lower()}" if role.role else role.name
        lines.append(f"  {role.handle}@{MAIL:16} {who} ({where})")
    lines += ["", "Stop with Ctrl-C. Your data stays in " + str(settings.data), ""]
    return "\n".join(lines)
