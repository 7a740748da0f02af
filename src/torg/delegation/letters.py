"""The mail about planned posts that were stopped because who planned them may no longer act."""

from __future__ import annotations

from collections.abc import Sequence

from torg.access import letters, persons
from torg.accounts import reads as accounts
from torg.engine.postgres import Tx
from torg.orgs.model import Network
from torg.posts.schedule import Scheduled
from torg.text import messages


async def stopped(
    tx: Tx, network: Network, account_id: int, delegate_id: int, readers: Sequence[int], planned: Sequence[Scheduled]
) -> None:
    """To the persons behind `readers`, each once and in his or her language."""
    found = await accounts.by_ids(tx, [account_id, delegate_id, *readers])
    told: set[int] = set()
    for reader in (found[id_] for id_ in readers if id_ in found):
        person = await persons.by_id(tx, reader.person_id) if reader.person_id is not None else None
        if person is None or person.id in told or not reader.visible:
            continue
        told.add(person.id)
        language = messages.choose(reader.settings.locale, person.locale)
        _ = messages.translator(language)
        principal, delegate = found.get(account_id), found.get(delegate_id)
        text = _(
            "@{delegate} can no longer post for @{account} at {network}. "
            "What was planned has been stopped, and is kept among the drafts of @{account}:"
        ).format(
            delegate=delegate.acct if delegate else "?", account=principal.acct if principal else "?",
            network=network.name,
        )  # fmt: skip
        texts = [
            "\n\n".join([f"{one.scheduled_at:%Y-%m-%d %H:%M} UTC\n{one.params.text}", *(p.text for p in one.thread)])
            for one in planned
        ]
        await letters.post(
            tx,
            to=person.email,
            subject=_("Planned posts of @{account} have been stopped").format(
                account=principal.acct if principal else "?"
            ),
            text="\n\n".join([text, *texts]),
            network=network,
            language=language,
        )
