"""The demonstration: an organisation with a public and an inside network, its cast, and how to log in as them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.access import passwords, persons, roles
from torg.accounts import actions as accounts
from torg.accounts import store as accounts_store
from torg.cli.cast import CAST, FOLLOWS, PASSWORD, PUBLIC, Line, Role
from torg.cli.demo_inside import STEPS, Inside
from torg.cli.progress import shown
from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.graph.model import FollowOptions
from torg.kernel.actor import Actor, NetworkKind, Permission
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
ELSEWHERE = "studio.example"


async def fill(services: Services) -> None:
    """Make the demonstration if there is no network yet; keep its host names in step with the port."""
    settings = services.settings
    suffix = "" if settings.port == (443 if settings.scheme == "https" else 80) else f":{settings.port}"
    async with services.db.system() as tx:
        for network in await orgs_store.some_networks(tx, 20):
            name, _, _ = network.host.partition(":")
            if name in ("localhost", "inside.localhost") and network.host != name + suffix:
                await orgs_store.move_host(tx, network, name + suffix)
        if await orgs_store.any_organisation(tx):
            return
        host = f"localhost{suffix}"
        _, public, inside = await orgs.add_faces(tx, ORGANISATION, host, f"inside.{host}", [MAIL])
        public = await orgs.change_settings(tx, public.host, {"guest_replies": "on"})
    known = await passwords.hashed(PASSWORD)
    with shown("Filling the square") as progress:
        done, total = 0, len(PUBLIC) + STEPS

        def step() -> None:
            nonlocal done
            done += 1
            progress(done, total)

        progress(done, total)
        said: dict[str, int] = {}
        async with services.db.tx(public.scope) as tx:
            actors = await _people(tx, public, known, f"{settings.scheme}://{public.host}")
            await _follow(tx, actors)
            for line in PUBLIC:
                said[line.key] = await _say(tx, settings, public, actors, line, said)
                step()
        origin = f"{settings.scheme}://{inside.host}"
        async with services.db.tx(inside.scope) as tx:
            actors = await _people(tx, inside, known, origin)
            await _follow(tx, actors)
            await Inside(tx, inside, origin, actors, said).fill(step)


async def _people(tx: Tx, network: Network, password_hash: str, origin: str) -> dict[str, Actor]:
    actors = {}
    inside = network.kind is NetworkKind.INSIDE
    for role in CAST:
        if not (role.inside if inside else role.public):
            continue
        email = address(role)
        person = await persons.by_email(tx, email) or await persons.insert(
            tx, email, password_hash, locale=role.locale, confirmed=True
        )
        assert person is not None
        account = await accounts.create_account(
            tx, role.handle, person_id=person.id, reserved=False, more={"guest": role.guest}
        )
        values: dict[str, object] = {
            "display_name": role.name,
            "note": role.bio,
            "note_html": (await posts.rendered(tx, role.bio, network.host, origin))[0].html,
            "bot": role.bot,
        }
        if role.role:
            values["role_id"] = await roles.ensure(tx, role.role)
        await accounts_store.update(tx, account.id, values)
        held = await roles.of_account(tx, msgspec.structs.replace(account, role_id=values.get("role_id")))
        actors[role.handle] = Actor(
            org_id=network.org_id,
            network_id=network.id,
            network_kind=network.kind,
            account_id=account.id,
            person_id=person.id,
            permissions=Permission(held.permissions),
            guest=role.guest,
            locale=role.locale,
        )
    return actors


def address(role: Role) -> str:
    """With which somebody of the cast logs in; a guest has one elsewhere."""
    return f"{role.handle}@{ELSEWHERE if role.guest else MAIL}"


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
        where = "both networks" if role.inside and role.public else "inside only" if role.inside else "public only"
        rank = role.role.lower() if role.role else "guest" if role.guest else ""
        lines.append(f"  {address(role):22} {role.name}{', ' + rank if rank else ''} ({where})")
    lines += ["", "Stop with Ctrl-C. Your data stays in " + str(settings.data), ""]
    return "\n".join(lines)
