"""What one may do with one's profile and with expertise."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import actions as accounts
from torg.directory import expertise_store, profile_store, rules
from torg.directory.model import COLUMNS, Copied, Face, Field, FieldChange
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, NetworkKind, Scope
from torg.kernel.errors import Forbidden, NotFound, invalid
from torg.text.messages import translator

ELSEWHERE = "Your profile is kept in the inside network of your organisation; change it there"
NO_PERSON = "Only a person has a profile with faces"


async def scope(tx: Tx, actor: Actor, *, viewer: bool = True) -> Scope:
    """Where saving a profile writes: from an inside every network of the organisation, else just this one.

    A person's own faces are found there by the person's id, and nothing else is read. `viewer=False` is for an
    administrator's methods.
    """
    networks = [actor.network_id]
    if actor.network_kind is NetworkKind.INSIDE:
        networks += [id_ for id_ in await profile_store.face_networks(tx) if id_ != actor.network_id]
    return Scope(actor.org_id, tuple(networks), viewer=actor.me if viewer else None)


async def save(tx: Tx, actor: Actor, changes: Sequence[FieldChange], *, scheme: str) -> None:
    """Change fields of one's profile, and what each face shows of them, in one transaction over `scope`.

    Forbidden where the profile is kept further inside; Invalid with details by field.
    """
    if actor.person_id is None:
        raise Forbidden(NO_PERSON)
    await profile_store.lock_person(tx, actor.person_id)
    await save_for(tx, actor, actor.person_id, changes, scheme=scheme)


async def save_for(
    tx: Tx, actor: Actor, person_id: int, changes: Sequence[FieldChange], *, scheme: str
) -> None:
    """The same for anybody with a face in the actor's network; the caller holds the lock."""
    faces = await profile_store.faces(tx, person_id)
    here = next((face for face in faces if face.network_id == actor.network_id), None)
    if here is None:
        raise NotFound
    _, kept_here = await profile_store.copied(tx.within(Scope(actor.org_id, (here.network_id,))), here.account.id)
    if kept_here is False:
        raise Forbidden(ELSEWHERE)
    stored = await profile_store.fields(tx, person_id)
    known = {name for face in faces for name in (face.kind.value, str(face.network_id))}
    fields, gone = rules.merged(stored, changes, known, here.kind.value)
    was = {(f.name, f.label): (place, f) for place, f in enumerate(stored)}
    new = [(place, f) for place, f in enumerate(fields) if was.get((f.name, f.label)) != (place, f)]
    await profile_store.put(tx, person_id, new)
    await profile_store.drop(tx, person_id, gone)
    for face in faces:
        await show(tx, face, fields, kept_here=face is here, scheme=scheme, locale=actor.locale)


async def show(
    tx: Tx, face: Face, fields: Sequence[Field], *, kept_here: bool, scheme: str, locale: str
) -> None:
    """Copy what a face shows into its network, and take back what it shows no longer."""
    inner = tx.within(Scope(face.account.org_id, (face.network_id,)))
    visible = rules.shown(fields, face.kind, face.network_id)
    before, kept = await profile_store.copied(inner, face.account.id)
    if not visible and kept is None:
        return
    after = rules.copied(visible, rules.labels(translator(locale)))
    by_name = {f.name: f.value for f in visible}
    await profile_store.put_copies(
        inner,
        face.account.id,
        {name: by_name[name] for name in COLUMNS if name in by_name},
        others=[(f.label, f.value) for f in visible if f.name == "other"],
        copied=after,
        words=rules.words(visible),
        kept_here=kept_here,
    )
    named = [(rules.skill_key(name), name) for name in rules.skills(by_name.get("expertise", ""))]
    await profile_store.put_expertise(inner, face.account.id, named)
    await _into_account(inner, face, before, after, scheme)


async def _into_account(inner: Tx, face: Face, before: Copied, after: Copied, scheme: str) -> None:
    change = rules.account_change(face.account, before, after)
    if change is not None:
        me = Actor(
            org_id=face.account.org_id,
            network_id=face.network_id,
            network_kind=face.kind,
            account_id=face.account.id,
        )
        public = face.kind is NetworkKind.PUBLIC
        origin = f"{scheme}://{face.host}"
        await accounts.update_profile(inner, me, change, host=face.host, origin=origin, verify=public)


async def know(tx: Tx, actor: Actor, name: str, *, scheme: str, knows: bool) -> None:
    """Add to what one knows, or take from it; what others suggested is taken up or away likewise."""
    if actor.person_id is None:
        raise Forbidden(NO_PERSON)
    key = _key(name)
    here = tx.within(Scope(actor.org_id, (actor.network_id,)))
    stored = await profile_store.fields(tx, actor.person_id)
    named = rules.skills(next((f.value for f in stored if f.name == "expertise"), ""))
    if knows:
        named = [*(one for one in named if rules.skill_key(one) != key), *rules.skills(name)]
    elif key not in map(rules.skill_key, named):
        await expertise_store.remove(here, actor.me, key)
        return
    else:
        named = [one for one in named if rules.skill_key(one) != key]
    await save(tx, actor, [FieldChange(name="expertise", value=", ".join(named))], scheme=scheme)


async def endorse(tx: Tx, actor: Actor, account_id: int, name: str) -> None:
    """Say that a colleague knows something; what the colleague does not say is a suggestion that only he sees."""
    key = _key(name)
    await expertise_store.endorse(tx, actor.me, account_id, key, rules.skills(name)[0])


async def unendorse(tx: Tx, actor: Actor, account_id: int, name: str) -> None:
    """Take that back; a suggestion that nobody makes any more goes."""
    await expertise_store.unendorse(tx, actor.me, account_id, _key(name))


def _key(name: str) -> str:
    named = rules.skills(name)
    if not named:
        raise invalid("name", "ERR_BLANK", "can't be blank")
    if len(named) > 1:
        raise invalid("name", "ERR_INVALID", "must be one thing, without commas")
    if len(named[0]) > rules.MOST_SKILL:
        raise invalid("name", "ERR_TOO_LONG", f"is too long (maximum is {rules.MOST_SKILL} characters)")
    return rules.skill_key(named[0])
