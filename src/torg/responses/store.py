"""SQL of responses and of the sites that are trusted or blocked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order
from torg.responses.model import Domain, Protocol, Response, Said, State, Treatment, Which
from torg.responses.rules import hashed, host_of

FIELDS = ", ".join(f"r.{name}" for name in Response.__struct_fields__)
SAID = tuple(Said.__struct_fields__)
HERE = "r.org_id = %(org)s AND r.network_id = %(network)s"
MOST_SHOWN = 100


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def receive(
    tx: Tx, account_id: int, post_id: int | None, source: str, target: str, protocol: Protocol
) -> tuple[int, bool]:
    """Note that a page says it links here; (id, whether it was known and verified before)."""
    row = await tx.one(
        """INSERT INTO responses AS r (org_id, network_id, id, account_id, post_id, source, source_hash, host, target,
                                       protocol)
           VALUES (%(org)s, %(network)s, %(id)s, %(account)s, %(post)s, %(source)s, %(hash)s, %(host)s, %(target)s,
                   %(protocol)s)
           ON CONFLICT (org_id, account_id, post_id, source_hash) DO UPDATE SET target = EXCLUDED.target
           RETURNING r.id, r.verified_at IS NOT NULL AS known""",
        {
            **tenant(tx), "id": new_id(), "account": account_id, "post": post_id, "source": source, "target": target,
            "hash": hashed(source), "host": host_of(source), "protocol": protocol,
        },
    )  # fmt: skip
    assert row is not None
    return row["id"], row["known"]


async def waiting(tx: Tx) -> int:
    """How many are not verified yet in this network, counted to a thousand."""
    counted: int = await tx.value(
        f"SELECT count(*) FROM (SELECT FROM responses r WHERE {HERE} AND r.state = 'unverified' LIMIT 1000) AS counted",
        tenant(tx),
    )
    return counted


async def by_id(tx: Tx, id_: int, *, lock: bool = False) -> Response | None:
    """One, whatever its state."""
    return await tx.one(
        f"SELECT {FIELDS} FROM responses r WHERE {HERE} AND r.id = %(id)s{' FOR UPDATE' if lock else ''}",
        {**tenant(tx), "id": id_},
        as_=Response,
    )


async def verified(tx: Tx, id_: int, said: Said, state: State) -> None:
    """Keep what the page says now."""
    await tx.run(
        f"""UPDATE responses r SET {", ".join(f"{name} = %({name})s" for name in SAID)}, state = %(state)s,
                verified_at = now() WHERE {HERE} AND r.id = %(id)s""",
        {**tenant(tx), **msgspec.structs.asdict(said), "id": id_, "state": state},
    )


async def decide(tx: Tx, id_: int, state: State, by: int) -> None:
    await tx.run(
        f"""UPDATE responses r SET state = %(state)s, decided_by = %(by)s, decided_at = now()
            WHERE {HERE} AND r.id = %(id)s""",
        {**tenant(tx), "id": id_, "state": state, "by": by},
    )


async def forget(tx: Tx, id_: int) -> int:
    """A page that does not link here (any more). What was refused stays known, so that it does not come again."""
    return await tx.run(
        f"DELETE FROM responses r WHERE {HERE} AND r.id = %(id)s AND r.state NOT IN ('rejected', 'spam')",
        {**tenant(tx), "id": id_},
    )


async def page(tx: Tx, which: Which, account_id: int | None, asked: Page) -> list[Response]:
    """Verified ones, newest first; of one account if named."""
    where, params = asked.where("r.id")
    found = await tx.all(
        f"""SELECT {FIELDS} FROM responses r WHERE {HERE} AND {where} AND r.verified_at IS NOT NULL
            AND (%(state)s = 'all' OR r.state = %(state)s)
            AND (%(account)s::bigint IS NULL OR r.account_id = %(account)s::bigint)
            ORDER BY r.id {asked.direction} LIMIT {asked.limit}""",
        {**tenant(tx), **params, "state": which, "account": account_id},
        as_=Response,
    )
    return in_order(asked, found)


async def count_pending(tx: Tx, account_id: int | None) -> int:
    """How many wait for a decision, counted to a hundred."""
    counted: int = await tx.value(
        f"""SELECT count(*) FROM (SELECT FROM responses r WHERE {HERE} AND r.state = 'pending'
            AND (%(account)s::bigint IS NULL OR r.account_id = %(account)s::bigint) LIMIT 100) AS counted""",
        {**tenant(tx), "account": account_id},
    )
    return counted


async def approved(tx: Tx, post_ids: Sequence[int]) -> list[Response]:
    """What is shown with these posts, the oldest first."""
    return await tx.all(
        f"""SELECT {FIELDS} FROM responses r WHERE {HERE} AND r.state = 'approved' AND r.post_id = ANY(%(posts)s)
            ORDER BY r.id LIMIT {MOST_SHOWN}""",
        {**tenant(tx), "posts": list(post_ids)},
        as_=Response,
    )


DOMAIN = "SELECT id, domain, treatment, created_by, created_at FROM response_domains r"


async def domains(tx: Tx) -> list[Domain]:
    return await tx.all(f"{DOMAIN} WHERE {HERE} ORDER BY r.domain", tenant(tx), as_=Domain)


async def domain(tx: Tx, id_: int) -> Domain | None:
    return await tx.one(f"{DOMAIN} WHERE {HERE} AND r.id = %(id)s", {**tenant(tx), "id": id_}, as_=Domain)


async def treatments(tx: Tx, names: Sequence[str]) -> dict[str, Treatment]:
    """Of these domains, how those with an entry are treated."""
    rows = await tx.all(
        f"SELECT r.domain, r.treatment FROM response_domains r WHERE {HERE} AND r.domain = ANY(%(names)s)",
        {**tenant(tx), "names": list(names)},
    )
    return {row["domain"]: row["treatment"] for row in rows}


async def set_domain(tx: Tx, name: str, treatment: Treatment, by: int | None) -> Domain:
    """Treat a site so from now on, and what there is of it."""
    made = await tx.one(
        """INSERT INTO response_domains AS r (org_id, network_id, id, domain, treatment, created_by)
           VALUES (%(org)s, %(network)s, %(id)s, %(domain)s, %(treatment)s, %(by)s)
           ON CONFLICT (org_id, network_id, domain) DO UPDATE SET treatment = EXCLUDED.treatment
           RETURNING id, domain, treatment, created_by, created_at""",
        {**tenant(tx), "id": new_id(), "domain": name, "treatment": treatment, "by": by},
        as_=Domain,
    )
    assert made is not None
    new, old = ("approved", ["pending"]) if treatment == "trusted" else ("spam", ["pending", "approved", "unverified"])
    await tx.run(
        f"""UPDATE responses r SET state = %(new)s, decided_by = %(by)s, decided_at = now()
            WHERE {HERE} AND r.state = ANY(%(old)s) AND r.protocol <> 'form'
            AND (r.host = %(domain)s OR r.host LIKE %(below)s)""",
        {
            **tenant(tx), "new": new, "old": old, "by": by, "domain": name,
            "below": "%." + name.replace("\\", "").replace("%", "").replace("_", "\\_"),
        },
    )  # fmt: skip
    return made


async def drop_domain(tx: Tx, id_: int) -> int:
    return await tx.run(f"DELETE FROM response_domains r WHERE {HERE} AND r.id = %(id)s", {**tenant(tx), "id": id_})
