"""What the settings pages share: whose they are, the answer to a form, and checking a password."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from torg.access import passwords, persons
from torg.access.model import Person
from torg.engine.postgres import Tx
from torg.http import Call
from torg.web.answer import answer
from torg.web.present import Present
from torg.web.visitor import Visitor, visitor_of

WAY_IN = "/auth/sign_in?next=/settings"
DONE = "?done=1"


async def member(call: Call, lang: str | None, tx: Tx | None = None) -> Visitor | Response:
    """The member whose settings these are, or the way to the login."""
    visitor = await visitor_of(call, lang, tx)
    if visitor.account is None:
        return RedirectResponse(WAY_IN, 303, {"Cache-Control": "no-store"})
    return visitor


def shown(visitor: Visitor, template: str, *, status: int = 200, **values: Any) -> Response:
    """A settings page. `wrong` is a text that is translated, `done` whether something was just saved."""
    return answer(visitor, template, Present(visitor), status=status, **{"wrong": "", "done": False, **values})


def onward(path: str) -> Response:
    """After a form: the page again, by GET."""
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})


async def person_of(tx: Tx, visitor: Visitor) -> Person | None:
    """The person behind the account; a team's or a bot's has none."""
    person_id = visitor.account.person_id if visitor.account is not None else None
    return await persons.by_id(tx, person_id) if person_id is not None else None


async def proven(person: Person | None, password: str) -> bool:
    """Whether the password is the person's own (in a thread, outside any transaction)."""
    return await passwords.matches(person.password_hash if person else None, password[: passwords.MOST * 4])
