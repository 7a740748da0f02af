"""Settings: the profile, as others see it: names, note, fields, pictures with their descriptions, who finds it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from starlette.responses import Response

from torg.accounts import actions as accounts
from torg.accounts.actions import PictureKind
from torg.accounts.model import Account, AccountSettings, Picture
from torg.accounts.rules import MOST_FIELDS, ProfileChange, clean_domain, link_of
from torg.http import Call, Routes, Upload
from torg.http.browser import expired_form, is_ours
from torg.http.routes import MEGABYTE
from torg.kernel.errors import Invalid
from torg.media import actions as media
from torg.media.model import Picture as Made
from torg.showcase import featured_tags
from torg.text.messages import marked as _
from torg.web.forms import Look
from torg.web.inside_forms import mistakes
from torg.web.settings_member import DONE, WAY_IN, member, onward, shown
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")

MOST_BYTES = 34 * MEGABYTE
PATH = "/settings/profile"


ODD_TAG = _("This cannot be a topic of your profile: it is no tag, or there are too many already.")


class Page(Look, kw_only=True):
    done: bool = False


class Profile(Look, kw_only=True):
    """All of it as it is to be; a picture left empty stays, a box that is not ticked is not sent."""

    csrf: str | None = None
    display_name: str = ""
    note: str = ""
    field_names: list[str] = []
    field_values: list[str] = []
    locked: bool = False
    bot: bool = False
    discoverable: bool = False
    indexable: bool = False
    hide_collections: bool = False
    avatar: Upload | None = None
    avatar_description: str = ""
    avatar_off: bool = False
    header: Upload | None = None
    header_description: str = ""
    header_off: bool = False
    attribution_domains: str = ""

    def taken_off(self) -> set[PictureKind]:
        """The pictures that are to go."""
        kinds: tuple[tuple[PictureKind, bool], ...] = (("avatar", self.avatar_off), ("header", self.header_off))
        return {kind for kind, off in kinds if off}

    def change(self, settings: AccountSettings) -> ProfileChange:
        """`attribution_domains`: sites that may name this account as an author, a line or word each."""
        domains = [clean_domain(one) for one in self.attribution_domains.split()]
        return ProfileChange(
            settings=msgspec.structs.replace(settings, attribution_domains=list(dict.fromkeys(domains))),
            bot=self.bot,
            display_name=self.display_name,
            note=self.note,
            fields=list(zip(self.field_names, self.field_values, strict=False)),
            locked=self.locked,
            discoverable=self.discoverable,
            indexable=self.indexable,
            hide_collections=self.hide_collections,
            avatar_description=self.avatar_description,
            header_description=self.header_description,
        )


class Topic(Look, kw_only=True):
    """`id`: the one to take off; without one `name` is put on."""

    csrf: str | None = None
    name: str = ""
    id: int | None = None


@routes.get("/settings/profile", auth="none", hidden=True)
async def show(call: Call, params: Page) -> Response:
    """The profile as it is."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    assert visitor.account is not None
    return await _page(visitor, of_account(visitor.account), done=params.done)


@routes.post("/settings/profile", auth="none", tx=False, max_body=MOST_BYTES, hidden=True)
async def save(call: Call, form: Profile) -> Response:
    """Keep it; pictures are worked on outside any transaction."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, form.lang, tx)
    if visitor.account is None:
        return onward(WAY_IN)
    if not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    before, actor = visitor.account, visitor.actor
    try:
        change = form.change(before.settings)
        made = await _pictures(visitor, form)
        kept: dict[PictureKind, Picture] = {
            kind: Picture(key=one.key, static_key=one.static_key) for kind, one in made.items()
        }
        async with call.db.tx(actor.scope) as tx:
            await accounts.update_profile(
                tx, actor, change, host=call.network.host, origin=call.origin, verify=call.network.is_public,
                pictures=kept,
            )  # fmt: skip
            for kind, picture in made.items():
                old: Picture | None = getattr(before, kind)
                await media.keep_picture(tx, picture, instead_of=[old.key, old.static_key] if old else ())
            for kind in form.taken_off() - set(made):
                _account, gone = await accounts.remove_picture(tx, actor, kind)
                if gone is not None:
                    await media.drop_picture(tx, [gone.key, gone.static_key])
    except Invalid as wrong:
        return await _page(visitor, form, wrong)
    return onward(PATH + DONE)


async def _pictures(visitor: Visitor, form: Profile) -> dict[PictureKind, Made]:
    made: dict[PictureKind, Made] = {}
    kinds: tuple[tuple[PictureKind, Upload | None], ...] = (("avatar", form.avatar), ("header", form.header))
    for kind, upload in kinds:
        if upload is not None and upload.size:
            work = visitor.call.services.media
            made[kind] = await work.picture(visitor.actor.scope, kind, upload.path, visitor.actor.me)
    return made


def of_account(account: Account) -> Profile:
    """The form as the account is now."""
    return Profile(
        display_name=account.display_name,
        note=account.note,
        field_names=[field.name for field in account.fields],
        field_values=[field.value for field in account.fields],
        locked=account.locked,
        bot=account.bot,
        discoverable=account.discoverable,
        indexable=account.indexable,
        hide_collections=account.hide_collections,
        avatar_description=account.avatar.description if account.avatar else "",
        header_description=account.header.description if account.header else "",
        attribution_domains="\n".join(account.settings.attribution_domains),
    )


async def _page(
    visitor: Visitor, form: Profile, wrong: Invalid | None = None, *, done: bool = False, typed: str = ""
) -> Response:
    """`typed`: the tag that could not be featured."""
    async with visitor.call.db.tx(visitor.actor.scope) as tx:
        tags = await featured_tags.of_account(tx, visitor.actor, visitor.actor.me)
        offered = await featured_tags.suggestions(tx, visitor.actor)
    pairs = list(zip(form.field_names, form.field_values, strict=False))
    return shown(
        visitor,
        "settings_profile.html",
        status=422 if wrong or typed else 200,
        done=done,
        form=form,
        fields=pairs + [("", "")] * (MOST_FIELDS - len(pairs)),
        verified=_verified(visitor),
        tags=tags,
        offered=offered,
        typed=typed,
        wrong_tag=ODD_TAG if typed else "",
        once="",
        refused=wrong,
        mistakes=mistakes(wrong),
    )


def _verified(visitor: Visitor) -> dict[str, datetime | None]:
    """Each link of the profile, and since when its page is known to link back (rel=me); only where that is asked."""
    account = visitor.account
    if account is None or not visitor.call.network.is_public:
        return {}
    return {field.value: field.verified_at for field in account.fields if link_of(field)}


@routes.post("/settings/profile/tags", auth="none", hidden=True)
async def topic(call: Call, form: Topic) -> Response:
    """Put a tag on the profile, or take one off."""
    visitor = await member(call, form.lang)
    if isinstance(visitor, Response):
        return visitor
    if not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    if form.id is not None:
        await featured_tags.unfeature(call.tx, visitor.actor, form.id)
        return onward(PATH + DONE)
    try:
        async with call.tx.savepoint():
            await featured_tags.feature(call.tx, visitor.actor, form.name.strip().removeprefix("#"))
    except Invalid:
        assert visitor.account is not None
        return await _page(visitor, of_account(visitor.account), typed=form.name or " ")
    return onward(PATH + DONE)
