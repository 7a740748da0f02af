"""The first start in a real Chromium, from an empty database: mail tried, both networks made, the first person in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.chromium import chromium, looking
from tests.engine.test_mail import mail_server
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.town import INSIDE, PUBLIC, running
from torg.joining import setup

pytestmark = pytest.mark.browser

SECRET_WORDS = "en lång hemlighet"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_from_nothing_to_the_office(
    fresh_database: TestDatabase, tmp_path: Path, axe: str, script: bool
) -> None:
    async with (
        running(fresh_database, tmp_path, empty=True) as town,
        mail_server() as inbox,
        chromium(town) as browser,
        looking(browser, width=390, locale="sv-SE", java_script_enabled=script, bypass_csp=True) as looker,
    ):
        page = looker.page
        secret = await setup.new_secret_for(town.db)
        await page.goto(f"http://{PUBLIC}/")
        assert page.url == f"http://{PUBLIC}/setup", "whoever comes first is led to the set-up"
        await page.goto(f"http://{PUBLIC}/setup?secret={secret}")
        if script:
            assert await looker.faults(axe) == []
        assert await looker.sideways() == 0
        await looker.shoot(f"setup-390-{script}")
        assert await page.locator("#host").input_value() == PUBLIC
        for name, typed in (
            ("name", "Torget"), ("inside", INSIDE), ("email", "anna@square.example"), ("username", "anna"),
            ("password", SECRET_WORDS), ("mail_host", "127.0.0.1"), ("mail_port", str(inbox.port)),
            ("mail_from", "torg@square.example"),
        ):  # fmt: skip
            await page.locator(f"#{name}").fill(typed)
        await page.locator("#mail_security").select_option("none")
        await page.get_by_role("button", name="provbrev").click()
        await page.get_by_role("status").filter(has_text="anna@square.example").wait_for()
        assert [to for _from, to, _letter in inbox.letters] == [["anna@square.example"]]
        assert await page.locator("#name").input_value() == "Torget", "what was typed stays"
        await page.locator("#password").fill(SECRET_WORDS)
        await page.get_by_role("button", name="Ställ in").click()
        await page.wait_for_url(f"http://{PUBLIC}/admin")
        assert await page.locator("h1").inner_text() == "Administration"
        await looker.shoot(f"setup-done-390-{script}")
        await looker.log_in(INSIDE, "anna@square.example", SECRET_WORDS)
        assert looker.complaints == []
        gone = await page.goto(f"http://{PUBLIC}/setup")
        assert gone is not None
        assert gone.status == 404, "the door is shut behind the first"
