"""Where mail goes when no setting says so: one row for the whole installation, written in the browser."""

from __future__ import annotations

from torg.engine.mail import Route, checked
from torg.engine.postgres import Database, Tx


async def read(db: Database) -> Route | None:
    """The route that is kept, None where mail was never set up."""
    async with db.system() as tx:
        return await tx.one("SELECT smtp_url, sender FROM installation_mail", as_=Route)


async def keep(tx: Tx, route: Route) -> None:
    """Keep a route; Misused or MailRefused for one by which nothing can go. Takes a system's transaction."""
    good = checked(route)
    await tx.run(
        """INSERT INTO installation_mail (smtp_url, sender) VALUES (%(url)s, %(sender)s)
           ON CONFLICT (only_one) DO UPDATE SET smtp_url = %(url)s, sender = %(sender)s, changed_at = now()""",
        {"url": good.smtp_url, "sender": good.sender},
    )
