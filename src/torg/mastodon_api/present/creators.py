"""Who wrote a linked page: the account that `fediverse:creator` names, if it lets the page's domain say so."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from torg.accounts import reads as accounts
from torg.accounts import rules
from torg.accounts.model import Account
from torg.cards.model import Card
from torg.engine.postgres import Tx


async def of_cards(tx: Tx, origin: str, cards: Iterable[Card]) -> dict[int, Account]:
    """Card id → account (docs: entities/PreviewCard#authors). One query, and none where no page names anybody."""
    named = {card.id: card for card in cards if card.author_handle}
    if not named:
        return {}
    here = urlsplit(origin).netloc
    known = await accounts.by_handles(tx, {card.author_handle for card in named.values()}, here)
    found = {id_: known.get(card.author_handle.lower()) for id_, card in named.items()}
    return {
        id_: account
        for id_, account in found.items()
        if account is not None and rules.attributes(account.settings, urlsplit(named[id_].url).hostname or "")
    }
