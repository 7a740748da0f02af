"""Mails about what crosses the wall, in the reader's language; none of them has a word of the texts themselves."""

from __future__ import annotations

from collections.abc import Callable

from torg.access import letters, persons
from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.bridge.crossing import Bridge
from torg.engine.postgres import Tx
from torg.orgs.model import Network
from torg.text import messages


async def _tell(tx: Tx, network: Network, account_id: int, say: Callable[[Account, str], tuple[str, str]]) -> None:
    account = (await accounts.by_ids(tx, [account_id])).get(account_id)
    person = await persons.by_id(tx, account.person_id) if account and account.person_id is not None else None
    if account is None or person is None:
        return
    language = messages.choose(account.settings.locale, person.locale)
    subject, text = say(account, language)
    await letters.post(tx, to=person.email, subject=subject, text=text, network=network, language=language)


async def drafted(both: Bridge, author_id: int) -> None:
    """To the author: a colleague prepares a public post of what he or she wrote inside."""
    colleague = (await accounts.by_ids(both.inside, [both.me.me]))[both.me.me]

    def say(author: Account, language: str) -> tuple[str, str]:
        _ = messages.translator(language)
        text = _(
            "{name} has begun to prepare a public post from one of your posts at {network}. It is not published "
            "before somebody else has approved it, and you can withdraw it until then."
        )
        return (
            _("One of your posts may become public"),
            text.format(name=colleague.display_name or colleague.handle, network=both.inside_network.name),
        )

    await _tell(both.inside, both.inside_network, author_id, say)


async def published(both: Bridge, author_id: int) -> None:
    """To the author: it is out."""

    def say(author: Account, language: str) -> tuple[str, str]:
        _ = messages.translator(language)
        text = _(
            "A public post was made from one of your posts at {network}, after approval. What the public answers is "
            "shown to you inside."
        )
        return _("One of your posts has become public"), text.format(network=both.inside_network.name)

    await _tell(both.inside, both.inside_network, author_id, say)


async def kept_back(tx: Tx, network: Network, account_id: int) -> None:
    """To whoever planned a post: it was stopped when its time came, and is kept as a draft."""

    def say(author: Account, language: str) -> tuple[str, str]:
        _ = messages.translator(language)
        text = _(
            "A post that you had planned at {network} was not published: it may contain inside information. It is "
            "kept among your drafts. Ask someone who may overrule the leak guard, or write it anew."
        )
        return _("A planned post was not published"), text.format(network=network.name)

    await _tell(tx, network, account_id, say)
