"""Writing a post or a thread: who writes and who will read it is said beside the button."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.groups import reads as groups
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.posts import drafts, reads, schedule, threads
from torg.posts.model import Draft
from torg.remote import mentions
from torg.text import language
from torg.text.length import length
from torg.text.messages import marked as _
from torg.web import faces
from torg.web.compose_files import loose, stored
from torg.web.compose_form import NewPost
from torg.web.compose_page import page, replace
from torg.web.compose_shown import ShownPart, Written, again, blank, of_draft, onwards
from torg.web.forms import Look
from torg.web.member import member, onward
from torg.web.undo import Deed, told
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")

MOST_BYTES = 120 * 1024 * 1024


BLANK = _("Write something first.")
TOO_LONG = _("That is too long.")
TOO_MANY = _("That is too many posts for one thread.")
NOT_FOR = _("You can no longer write for this account. What you wrote is still here, as your own.")


class Begin(Look, kw_only=True):
    """`text`: to begin with (a link that is shared with the network, say). `by`: the account to write for.

    `then`: it goes on where `reply_to`, one's own, ended.
    """

    reply_to: int | None = None
    quote: int | None = None
    draft: int | None = None
    group: int | None = None
    by: int | None = None
    then: bool = False
    text: str = ""
    url: str = ""


class For(Look, kw_only=True):
    id: int


class Unseen(Exception):
    """Some who are mentioned would not see what is written: the member is asked first, and nothing is kept."""

    def __init__(self, people: list[Account]) -> None:
        self.people = people
        super().__init__()


@routes.get("/compose", auth="none", hidden=True)
async def begin(call: Call, params: Begin) -> Response:
    """The whole form on a page of its own."""
    visitor = await visitor_of(call, params.lang)
    if visitor.account is None:
        return kept_out(visitor) or onward("/auth/sign_in")
    parent = await reads.view(call.tx, visitor.actor, params.reply_to) if params.reply_to else None
    quoted = await reads.view(call.tx, visitor.actor, params.quote) if params.quote else None
    by = await faces.face(call.tx, visitor, params.by) if params.by else None
    form: Written | None
    if params.draft:
        kept = await drafts.find(call.tx, visitor.actor, params.draft)
        files = await loose(call.tx, visitor, drafts.files(kept.params))
        form = of_draft(visitor, kept.params, files, kept.id)
        by = await _still(call.tx, visitor, kept.params.get("account_id"))
    elif params.then and parent is not None:
        form = onwards(visitor, parent)
    else:
        room = await groups.one(call.tx, visitor.actor, params.group) if params.group is not None else None
        form = blank(visitor, parent, quoted, group=room.group.id if room else None)
    if form is None and visitor.account.guest:
        return onward("/groups")  # where a guest writes
    if form is None:
        raise NotFound
    if by is not None and not params.draft:
        form = replace(form, audience=by.settings.privacy)
    words = " ".join(part for part in (params.text.strip(), params.url.strip()) if part)
    return await page(call.tx, visitor, replace(form, text=form.text + words, by=by, opened=True), parent=parent)


@routes.get("/compose/as/{id}", auth="none", hidden=True)
async def for_another(call: Call, params: For) -> Response:
    """The form to write for somebody; 404 without a delegation in force."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    by, form = await faces.face(call.tx, visitor, params.id), blank(visitor)
    if form is None:
        raise NotFound
    return await page(call.tx, visitor, replace(form, by=by, audience=by.settings.privacy, opened=True))


@routes.post("/compose", auth="none", limit="compose", tx=False, max_body=MOST_BYTES, hidden=True)
async def publish(call: Call, form: NewPost) -> Response:
    """Publish, plan or keep, and on to where the post stands: its conversation for a reply, the home timeline else."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, form.lang, tx)
    if visitor.account is None:
        return kept_out(visitor) or onward("/auth/sign_in")
    if not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    posts = form.do in ("post", "next") and not form.face
    at, wrong = _mistake(call, form) if posts else (0, None)
    ids: list[list[int]] = []
    unseen: list[Account] = []
    try:
        for at_now, part in enumerate(form.parts()[: threads.MOST]):
            at = at if wrong else at_now
            ids.append(await stored(visitor, part))
        if wrong is None and not form.face and form.do not in ("add", "option"):
            if not form.language:
                await language.ready()
            await mentions.prefetch(call.services, call.network, "\n".join(part.text for part in form.parts()))
            async with call.db.tx(visitor.actor.scope) as tx:
                return await _done(tx, visitor, form, ids)
    except Unseen as asked:
        unseen = asked.people
    except threads.Broken as refused:
        at, wrong = refused.place, refused.text
    except (Invalid, Forbidden) as refused:
        wrong = refused.text
    except NotFound:
        if form.by is None or form.do == "draft":
            raise
        form, wrong = msgspec.structs.replace(form, by=None), NOT_FOR
    async with call.db.tx(visitor.actor.scope) as tx:
        return await _again(tx, visitor, form, ids, at=at, wrong=wrong, unseen=unseen)


async def _again(
    tx: Tx, visitor: Visitor, form: NewPost, ids: list[list[int]], *, at: int, wrong: str | None, unseen: list[Account]
) -> Response:
    """The form with all that was written, and what is asked for or wrong; a refused thread is kept as a draft, too."""
    flat = [id_ for own in ids for id_ in own]
    keeps = wrong is not None and len(form.parts()) > 1 and len(ids) == len(form.parts())
    if keeps:
        kept = await drafts.keep(tx, visitor.actor, form.kept(ids, visitor.zone), form.draft)
        form = msgspec.structs.replace(form, draft=kept.id)
    chosen = form.by if not form.face else int(form.face) if form.face.isdecimal() and len(form.face) < 19 else None
    by = await _still(tx, visitor, chosen)
    shown = again(
        visitor, form, await loose(tx, visitor, flat), ids, by=by, wrong=wrong, wrong_at=at, kept=keeps, unseen=unseen
    )
    if form.face:
        shown = replace(shown, audience=(by or visitor.account or shown.by).settings.privacy)  # type: ignore[union-attr]
    if form.do == "add" and len(shown.more) < threads.MOST - 1:
        shown = replace(shown, more=[*shown.more, ShownPart()], focus=len(shown.more) + 1)
    if form.do == "option":
        shown = replace(shown, lines=shown.lines + 2)
    parent = await reads.view(tx, visitor.actor, form.reply_to) if form.reply_to else None
    return await page(tx, visitor, shown, status=422 if wrong or unseen else 200, parent=parent)


async def _still(tx: Tx, visitor: Visitor, account_id: object) -> Account | None:
    """The account that a draft was begun for, if the member may still write for it."""
    try:
        return await faces.face(tx, visitor, int(str(account_id))) if account_id else None
    except (NotFound, ValueError):
        return None


async def _done(tx: Tx, visitor: Visitor, form: NewPost, ids: list[list[int]]) -> Response:
    me, call, actor = visitor.account, visitor.call, visitor.actor
    assert me is not None
    if form.do == "draft":
        await drafts.keep(tx, actor, form.kept(ids, visitor.zone), form.draft)
        return onward("/drafts")
    at = form.later(visitor.zone)
    if form.draft is not None:
        await drafts.drop(tx, actor, form.draft)
    author = me
    if form.by is not None:
        flat = [id_ for own in ids for id_ in own]
        actor, author = await faces.act_as(tx, visitor, form.by, form.reply_to, form.quote, media_ids=flat)
    wishes = form.wishes(author, ids)
    if at is not None:
        await schedule.plan(tx, actor, call.network, wishes[0], at, wishes[1:])
        return onward("/drafts")
    made = await threads.publish(tx, actor, call.network, wishes, origin=call.origin)
    if not form.sure and (unseen := await _unseen(tx, author, made)):
        raise Unseen(unseen)
    response = onward(_where(form, author, made, wishes))
    if form.group is not None and form.do == "post":
        response = onward(f"/@{(await groups.one(tx, visitor.actor, form.group)).account.handle}")
    alone = len(made) == 1 and form.by is None and form.do == "post"
    return told(call, response, Deed(did="post", id=made[0])) if alone else response


def _where(form: NewPost, author: Account, made: list[int], wishes: list[Draft]) -> str:
    if form.do == "next":
        return f"/compose?reply_to={made[-1]}&then=1{f'&by={form.by}' if form.by else ''}"
    if form.reply_to or form.by or len(wishes) > 1:
        return f"/@{author.acct}/{made[0]}"
    return "/"


async def _unseen(tx: Tx, author: Account, made: list[int]) -> list[Account]:
    """Who is mentioned in a group without reading there."""
    return await groups.mentioned_outside(tx, made, author.id)


def _mistake(call: Call, form: NewPost) -> tuple[int, str | None]:
    """What can be said before anything is stored, and of which post."""
    if len(form.parts()) > threads.MOST:
        return threads.MOST - 1, TOO_MANY
    for place, part in enumerate(form.parts()):
        held = set(part.media_ids) & set(part.keep) or part.files()
        if not part.text.strip() and not held and not part.poll() and not (place == 0 and form.quote):
            return place, BLANK
        if length(part.text.strip(), part.spoiler.strip()) > call.network.settings.max_characters:
            return place, TOO_LONG
    return 0, None
