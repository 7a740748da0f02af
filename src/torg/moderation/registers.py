"""Lists of what is kept out or let in: domains, e-mail domains, addresses, IP ranges; one shape for all five."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound, invalid
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order
from torg.moderation import log, rules
from torg.moderation.model import AllowedDomain, BlockedDomain, BlockedEmail, BlockedEmailDomain, BlockedIp

R = TypeVar("R", bound=msgspec.Struct)
LONGEST = 10 * 365 * 86_400
MOST_COMMENT = 2000


@dataclass(frozen=True)
class Register(Generic[R]):
    """A table and what its rows are; `name` is the word of the log."""

    table: str
    kind: type[R]
    name: str

    @property
    def columns(self) -> str:
        names: tuple[str, ...] = self.kind.__struct_fields__
        return ", ".join("ip::text AS ip" if name == "ip" else name for name in names)

    async def listed(self, tx: Tx, page: Page) -> list[R]:
        """A page, newest first."""
        where, params = page.where("id")
        rows = await tx.all(
            f"""SELECT {self.columns} FROM {self.table} WHERE {TENANT} AND {where}
                ORDER BY id {page.direction} LIMIT %(limit)s""",
            {**tenant(tx), **params, "limit": page.limit},
            as_=self.kind,
        )
        return in_order(page, rows)

    async def find(self, tx: Tx, id_: int) -> R:
        """One entry of this network, else 404."""
        found = await tx.one(
            f"SELECT {self.columns} FROM {self.table} WHERE {TENANT} AND id = %(id)s",
            {**tenant(tx), "id": id_},
            as_=self.kind,
        )
        if found is None:
            raise NotFound
        return found

    async def where(self, tx: Tx, column: str, values: list[str]) -> list[R]:
        """Entries whose column is one of these."""
        cast = "cidr" if column == "ip" else "text"
        return await tx.all(
            f"SELECT {self.columns} FROM {self.table} WHERE {TENANT} AND {column} = ANY(%(values)s::{cast}[])",
            {**tenant(tx), "values": values},
            as_=self.kind,
        )

    async def insert(self, tx: Tx, actor: Actor, values: Mapping[str, Any]) -> R | None:
        """A new entry; None if there is one with the same name already."""
        row = {"org_id": actor.org_id, "network_id": actor.network_id, "id": new_id(), **values}
        places = ", ".join(f"%({name})s" for name in row)
        made = await tx.one(
            f"""INSERT INTO {self.table} ({", ".join(row)}) VALUES ({places})
                ON CONFLICT DO NOTHING RETURNING {self.columns}""",
            row,
            as_=self.kind,
        )
        if made is not None:
            await log.record(tx, actor, "create", self.name, row["id"], **_plain(values))
        return made

    async def update(self, tx: Tx, actor: Actor, id_: int, values: Mapping[str, Any]) -> R:
        """Change an entry, which is there."""
        if values:
            assignments = ", ".join(f"{name} = %({name})s" for name in values)
            await tx.run(
                f"UPDATE {self.table} SET {assignments} WHERE {TENANT} AND id = %(id)s",
                {**values, **tenant(tx), "id": id_},
            )
            await log.record(tx, actor, "update", self.name, id_, **_plain(values))
        return await self.find(tx, id_)

    async def delete(self, tx: Tx, actor: Actor, id_: int) -> R:
        """Remove an entry; what it was, else 404."""
        old = await self.find(tx, id_)
        await tx.run(f"DELETE FROM {self.table} WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_})
        # The hash of an address tells enough to whoever has the address; the log need not repeat it
        await log.record(tx, actor, "destroy", self.name, id_, **_plain(msgspec.structs.asdict(old)))
        return old


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items() if k not in ("id", "hash")}


ALLOWED = Register("allowed_domains", AllowedDomain, "domain_allow")
DOMAINS = Register("blocked_domains", BlockedDomain, "domain_block")
EMAIL_DOMAINS = Register("blocked_email_domains", BlockedEmailDomain, "email_domain_block")
EMAILS = Register("blocked_emails", BlockedEmail, "canonical_email_block")
IPS = Register("blocked_ips", BlockedIp, "ip_block")


class Stricter(Invalid):
    """A domain is covered by a block already; `block` is shown with the error."""

    def __init__(self, domain: str, block: BlockedDomain) -> None:
        self.block = block
        super().__init__(f"You have already imposed stricter limits on {domain}.")


async def allow_domain(tx: Tx, actor: Actor, domain: str) -> AllowedDomain:
    """Let a server in; one that is allowed already stays so."""
    name = rules.domain(domain)
    made = await ALLOWED.insert(tx, actor, {"domain": name})
    return made or (await ALLOWED.where(tx, "domain", [name]))[0]


async def block_domain(tx: Tx, actor: Actor, domain: str, severity: str, values: Mapping[str, Any]) -> BlockedDomain:
    """Limit a server. Stricter (422) if it or a domain above it is blocked at least as much.

    A milder block of the very domain is raised to what is asked for.
    """
    name = rules.domain(domain)
    check_domain_block(severity, values)
    for block in await DOMAINS.where(tx, "domain", rules.parents(name)):
        if rules.STRICTNESS[block.severity] >= rules.STRICTNESS[severity]:
            raise Stricter(name, block)
        if block.domain == name:
            by_hand = {"subscription_id": None}
            return await DOMAINS.update(tx, actor, block.id, {**by_hand, **values, "severity": severity})
    made = await DOMAINS.insert(tx, actor, {**values, "domain": name, "severity": severity})
    return made or (await DOMAINS.where(tx, "domain", [name]))[0]


def check_domain_block(severity: str, values: Mapping[str, Any]) -> None:
    if severity not in rules.DOMAIN_SEVERITIES:
        raise invalid("severity", "ERR_INCLUSION", "is not included in the list")
    for name in ("private_comment", "public_comment"):
        if len(values.get(name) or "") > MOST_COMMENT:
            raise invalid(name, "ERR_TOO_LONG", f"is too long (maximum is {MOST_COMMENT} characters)")


async def change_domain_block(
    tx: Tx, actor: Actor, id_: int, severity: str | None, values: Mapping[str, Any]
) -> BlockedDomain:
    old = await DOMAINS.find(tx, id_)
    check_domain_block(severity or old.severity, values)
    by_hand = {"subscription_id": None}
    return await DOMAINS.update(tx, actor, id_, {**by_hand, **values, "severity": severity or old.severity})


async def block_email_domain(tx: Tx, actor: Actor, domain: str) -> BlockedEmailDomain:
    name = rules.domain(domain)
    made = await EMAIL_DOMAINS.insert(tx, actor, {"domain": name})
    if made is None:
        raise invalid("domain", "ERR_TAKEN", "has already been taken")
    return made


async def attempts(tx: Tx, block_ids: list[int], days: int = 7) -> dict[int, dict[date, tuple[int, int]]]:
    """Sign-ups turned away by blocks of e-mail domains: block → day → (addresses, attempts)."""
    found: dict[int, dict[date, tuple[int, int]]] = {id_: {} for id_ in block_ids}
    rows = await tx.all(
        f"""SELECT block_id, day, count(*) AS ips, sum(uses) AS uses FROM barred_sign_ups
            WHERE {TENANT} AND block_id = ANY(%(ids)s) AND day > %(since)s GROUP BY block_id, day""",
        {**tenant(tx), "ids": block_ids, "since": now().date() - timedelta(days=days)},
    )
    for row in rows:
        found[row["block_id"]][row["day"]] = (int(row["ips"]), int(row["uses"]))
    return found


async def block_email(tx: Tx, actor: Actor, email: str, hash_: str) -> BlockedEmail:
    """Block an address, given in the clear or as the hash of its canonical form."""
    wanted = rules.canonical_hash(email) if email.strip() else rules.check_hash(hash_)
    made = await EMAILS.insert(tx, actor, {"hash": wanted})
    if made is None:
        raise invalid("canonical_email_hash", "ERR_TAKEN", "has already been taken")
    return made


async def matching_email(tx: Tx, email: str) -> list[BlockedEmail]:
    """The block that an address falls under, if any."""
    return await EMAILS.where(tx, "hash", [rules.canonical_hash(email)])


def expiry(seconds: int | None) -> datetime | None:
    """None or 0: never."""
    return now() + timedelta(seconds=min(seconds, LONGEST)) if seconds and seconds > 0 else None


def check_ip(ip: str, severity: str | None, comment: str) -> str:
    """The range; Invalid with all that is wrong."""
    wrong: dict[str, list[tuple[str, str]]] = {}
    if not severity:
        wrong["severity"] = [("ERR_BLANK", "can't be blank")]
    elif severity not in rules.IP_SEVERITIES:
        wrong["severity"] = [("ERR_INCLUSION", "is not included in the list")]
    if len(comment) > MOST_COMMENT:
        wrong["comment"] = [("ERR_TOO_LONG", f"is too long (maximum is {MOST_COMMENT} characters)")]
    if wrong:
        raise Invalid(details=wrong)
    return rules.ip_range(ip)


async def block_ip(
    tx: Tx, actor: Actor, ip: str, severity: str | None, comment: str, expires_in: int | None
) -> BlockedIp:
    wanted = check_ip(ip, severity, comment)
    made = await IPS.insert(
        tx, actor, {"ip": wanted, "severity": severity, "comment": comment, "expires_at": expiry(expires_in)}
    )
    if made is None:
        raise invalid("ip", "ERR_TAKEN", "has already been taken")
    return made


async def shut_out(tx: Tx) -> list[str]:
    """The ranges that have no access at all, as `192.0.2.0/24`."""
    return await tx.column(
        f"""SELECT ip::text FROM blocked_ips WHERE {TENANT} AND severity = 'no_access'
            AND (expires_at IS NULL OR expires_at > now())""",
        tenant(tx),
    )


async def change_ip_block(
    tx: Tx,
    actor: Actor,
    id_: int,
    *,
    ip: str | None,
    severity: str | None,
    comment: str | None,
    expires_in: int | msgspec.UnsetType | None,
) -> BlockedIp:
    """Change what is given; the rest stays."""
    old = await IPS.find(tx, id_)
    wanted = check_ip(ip or old.ip, severity or old.severity, old.comment if comment is None else comment)
    others = await IPS.where(tx, "ip", [wanted])
    if any(other.id != id_ for other in others):
        raise invalid("ip", "ERR_TAKEN", "has already been taken")
    return await IPS.update(
        tx,
        actor,
        id_,
        {
            "ip": wanted,
            "severity": severity or old.severity,
            "comment": old.comment if comment is None else comment,
            "expires_at": old.expires_at if expires_in is msgspec.UNSET else expiry(expires_in),
        },
    )
