"""A login with a code, as it looks and by the keyboard alone: set up since the network asks for it, then used."""

from __future__ import annotations

from base64 import b32decode
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.chromium import chromium, looking
from tests.fixtures.town import PASSWORD, PUBLIC, Town
from torg.access import totp
from torg.kernel.clock import now

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "locale"), [("light", "sv-SE"), ("dark", "en-GB")])
async def test_set_up_at_the_login_and_asked_for_at_the_next(
    town: Town, axe: str, scheme: str, locale: str
) -> None:
    await town.settle(second_factor="all")
    dress = {"color_scheme": scheme, "locale": locale, "bypass_csp": True}
    async with chromium(town) as browser:
        async with looking(browser, width=320, **dress) as looker:
            page = looker.page
            await page.goto(f"http://{PUBLIC}/auth/sign_in?next=/settings/second")
            await page.keyboard.type("anna@square.example")
            await page.keyboard.press("Tab")
            await page.keyboard.type(PASSWORD)
            await page.keyboard.press("Enter")
            await page.wait_for_url(f"http://{PUBLIC}/auth/second/new")
            address = await page.locator("a[href^='otpauth:']").get_attribute("href")
            secret = b32decode(parse_qs(urlsplit(address or "").query)["secret"][0])
            assert await page.locator("svg.qr").is_visible()
            await page.locator("#code").focus()
            await page.keyboard.type("123")
            await page.keyboard.press("Enter")
            await page.get_by_role("alert").wait_for()
            for width in (320, 1280):
                await page.set_viewport_size({"width": width, "height": 900})
                assert await looker.sideways() == 0
                await looker.shoot(f"second-new-{width}-{scheme}")
            assert await looker.faults(axe) == []
            await page.locator("#code").fill(totp.code(secret, int(now().timestamp()) // 30))
            await page.keyboard.press("Enter")
            await page.locator(".codes").wait_for()
            spare = await page.locator(".codes code").first.inner_text()
            assert await looker.faults(axe) == []
            await looker.shoot(f"second-codes-{scheme}")
            await page.locator("main a.button").press("Enter")
            await page.wait_for_url(f"http://{PUBLIC}/settings/second")
            assert await looker.faults(axe) == []
            await looker.shoot(f"second-settings-{scheme}")
        async with looking(browser, width=320, **dress) as looker:
            page = looker.page
            await page.goto(f"http://{PUBLIC}/auth/sign_in")
            await page.locator("#email").fill("anna@square.example")
            await page.locator("#password").fill(PASSWORD)
            await page.keyboard.press("Enter")
            await page.wait_for_url(f"http://{PUBLIC}/auth/second")
            assert await looker.faults(axe) == []
            await looker.shoot(f"second-{scheme}")
            await page.keyboard.type(spare)
            await page.keyboard.press("Enter")
            await page.wait_for_url(f"http://{PUBLIC}/")
            assert [one for one in looker.complaints if "422" not in one] == []
