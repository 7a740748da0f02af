"""Messages for readers on other servers: the type that may leave, and the ids that others know messages by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.errors import NotFound
from torg.messages import reads
from torg.messages.model import MessageView
from torg.orgs.model import Network


@final
class AddressedMessage:
    """A message of a public network, to be sent to those of its readers who live elsewhere, and to nobody else.

    Made by `AddressedMessage(network, view)`, which raises NotFound unless the network is public and the message is
    of this network. In any other there are no readers elsewhere, whatever a row may say (DESIGN §2.3).
    """

    __slots__ = ("_view",)
    _view: MessageView

    def __init__(self, network: Network, view: MessageView) -> None:
        message = view.message
        if network.kind is not NetworkKind.PUBLIC or not network.is_public:
            raise NotFound(log=f"a message of the {network.kind} network {network.host} was about to be sent away")
        if (message.org_id, message.network_id) != (network.org_id, network.id):
            raise NotFound(log=f"message {message.id} belongs to another network than {network.host}")
        self._view = view

    @property
    def view(self) -> MessageView:
        """The message with its people and files."""
        return self._view

    @property
    def readers(self) -> list[Account]:
        """All who receive it; the sender is not among them."""
        return self._view.mentions

    def __repr__(self) -> str:
        return f"AddressedMessage({self._view.message.id})"


async def one(tx: Tx, network: Network, message_id: int, sender_id: int) -> AddressedMessage | None:
    """A message as its sender sees it; None if it is gone."""
    actor = Actor(org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=sender_id)
    found = await reads.views(tx, actor, [message_id])
    return AddressedMessage(network, found[0]) if found and found[0].message.account_id == sender_id else None


async def addresses(tx: Tx, origin: str, ids: Iterable[int | None]) -> dict[int, str]:
    """The ActivityPub ids of messages: their own server's, or ours."""
    rows: list[dict[str, Any]] = await tx.all(
        """SELECT m.id, m.uri, a.handle FROM messages m JOIN accounts a ON a.org_id = m.org_id AND a.id = m.account_id
           WHERE m.org_id = %s AND m.network_id = %s AND m.id = ANY (%s)""",
        (tx.scope.org_id, tx.scope.network_ids[0], [id_ for id_ in set(ids) if id_ is not None]),
    )
    return {row["id"]: row["uri"] or f"{origin}/users/{row['handle']}/messages/{row['id']}" for row in rows}
