"""SQL of replies by people without an account, until their address is proven, and of those addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from torg.access.tokens import digest, new_secret
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.ids import new_id
from torg.responses.model import GuestReply
from torg.responses.rules import hashed, host_of
from torg.responses.store import tenant

LIFETIME = timedelta(hours=24)
KEPT = timedelta(days=90)
HERE = "g.org_id = %(org)s AND g.network_id = %(network)s"
FIELDS = ", ".join(f"g.{name}" for name in GuestReply.__struct_fields__)
GOOD = "g.proven_at IS NULL AND g.expires_at > now()"


async def insert(
    tx: Tx, account_id: int, post_id: int, *, email: str, name: str, text: str, language: str
) -> str:
    """Put a reply down; the secret of its link, which is kept as a hash only."""
    secret = new_secret()
    await tx.run(
        """INSERT INTO guest_replies (org_id, network_id, id, account_id, post_id, secret_hash, email, name, text,
                                      language, expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(account)s, %(post)s, %(hash)s, %(email)s, %(name)s, %(text)s,
                   %(language)s, %(end)s)""",
        {
            **tenant(tx), "id": new_id(), "account": account_id, "post": post_id, "hash": digest(secret),
            "email": email, "name": name, "text": text, "language": language, "end": now() + LIFETIME,
        },
    )  # fmt: skip
    return secret


async def recent(tx: Tx, email: str) -> int:
    """How many links an address was sent within the hour."""
    return int(
        await tx.value(
            f"""SELECT count(*) FROM guest_replies g WHERE {HERE} AND g.email = %(email)s
                AND g.created_at > now() - interval '1 hour'""",
            {**tenant(tx), "email": email},
        )
    )


async def by_secret(tx: Tx, secret: str, *, lock: bool = False) -> GuestReply | None:
    """The reply behind a link that is still good."""
    return await tx.one(
        f"""SELECT {FIELDS} FROM guest_replies g WHERE {HERE} AND g.secret_hash = %(hash)s AND {GOOD}
            {"FOR UPDATE" if lock else ""}""",
        {**tenant(tx), "hash": digest(secret)},
        as_=GuestReply,
    )


async def proven(tx: Tx, reply: GuestReply, page: str) -> int:
    """It is a response now that waits for a decision; its id. `page`: the address of the post."""
    id_ = new_id()
    source = f"{page}#response-{id_}"
    await tx.run(
        """INSERT INTO responses (org_id, network_id, id, account_id, post_id, source, source_hash, host, target,
                                  protocol, state, kind, author_name, text, url, published_at, verified_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(account)s, %(post)s, %(source)s, %(hash)s, %(host)s, %(page)s,
                   'form', 'pending', 'reply', %(name)s, %(text)s, %(source)s, now(), now())""",
        {
            **tenant(tx), "id": id_, "account": reply.account_id, "post": reply.post_id, "source": source,
            "hash": hashed(source), "host": host_of(source), "page": page, "name": reply.name, "text": reply.text,
        },
    )  # fmt: skip
    await tx.run(
        f"UPDATE guest_replies g SET proven_at = now(), response_id = %(made)s WHERE {HERE} AND g.id = %(id)s",
        {**tenant(tx), "id": reply.id, "made": id_},
    )
    return id_


async def addresses(tx: Tx, response_ids: Sequence[int]) -> dict[int, str]:
    """The proven addresses of these responses, as far as they are kept."""
    rows = await tx.all(
        f"SELECT g.response_id, g.email FROM guest_replies g WHERE {HERE} AND g.response_id = ANY(%(ids)s)",
        {**tenant(tx), "ids": list(response_ids)},
    )
    return {row["response_id"]: row["email"] for row in rows}


async def sweep(tx: Tx) -> int:
    """Forget what nobody proved in time, and addresses of long ago (system); how many."""
    return await tx.run(
        """DELETE FROM guest_replies WHERE created_at < %(old)s
           OR (proven_at IS NULL AND created_at < now() - interval '1 day' AND expires_at < now())""",
        {"old": now() - KEPT},
    )
