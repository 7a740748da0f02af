"""Nothing is destroyed in the office by one press, and what is stands in the log with who did it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fixtures.square import Square
from tests.web.test_admin import in_office
from torg import web

TEMPLATES = Path(web.__file__).parent / "templates" / "admin"
PRESSED = re.compile(r"press\([^{}]*?(?:/delete\"|/drop\"|/purge\"|/run\"|/reject\"|delete_posts|\"danger\")")
FOLDED = re.compile(r"<details.*?</details>", re.DOTALL)


def test_what_destroys_is_behind_a_warning() -> None:
    bare = [
        f"{page.name}: {found}"
        for page in sorted(TEMPLATES.glob("*.html"))
        if page.name != "trends.html"  # a trend that is refused can be approved again
        for found in PRESSED.findall(FOLDED.sub("", page.read_text("utf-8")))
    ]
    assert bare == []


async def test_the_machinery_and_others_invitations_leave_a_line(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    network = square.networks[owner.host]
    async with square.services.db.system() as tx:
        await tx.run(
            """INSERT INTO jobs (org_id, network_id, kind, payload, dead_at, error)
               VALUES (%s, %s, 'odd', 'null', now(), 'x')""",
            (network.org_id, network.id),
        )
    made = (await square.anna.post("/api/torg/v1/invites", json={"max_uses": 3})).json()
    page = await owner.open("/admin/invitations")
    assert (await owner.send(page, f"/admin/invitations/{made['id']}/delete")).status_code == 303
    assert (await owner.send(page, "/admin/queues/odd/drop")).status_code == 303
    assert (await owner.send(page, "/admin/retention/run")).status_code == 303
    text = (await owner.open("/admin/audit")).text
    for line in ("delete invite", "drop_jobs queue", "run retention"):
        assert line in text, line
