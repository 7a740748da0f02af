"""A Chromium to look with: Playwright's own, or the system's; without one the tests here skip and say how to get it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.fixtures.town import INSIDE, PUBLIC, Town

SHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
AXE = "axe-core@4"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "NO CHROMIUM: the pages were NOT looked at. Run `make browser`, or set TORG_CHROMIUM to a Chromium."
TRUSTED = (f"--unsafely-treat-insecure-origin-as-secure=http://{PUBLIC},http://{INSIDE}",)


def _found(own: str) -> str:
    candidates = [os.environ.get("TORG_CHROMIUM"), own, *(shutil.which(name) for name in NAMES)]
    for path in candidates:
        if path and Path(path).is_file():
            return path
    pytest.skip(MISSING)


@asynccontextmanager
async def chromium(town: Town, *, secure: bool = False) -> AsyncIterator[Browser]:
    """A browser for which the town's host names lead to the town and every other name to nowhere.

    `secure`: it takes them for https, as it must for service workers.
    """
    place = town.url.removeprefix("http://")
    rules = f"MAP {PUBLIC}:80 {place}, MAP {INSIDE}:80 {place}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=_found(playwright.chromium.executable_path),
            args=["--no-sandbox", f"--host-resolver-rules={rules}", *(TRUSTED if secure else ())],
        )
        try:
            yield browser
        finally:
            await browser.close()


class Looker:
    """One browser window that remembers what went wrong in it: errors, refused content, requests to other hosts."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        self.complaints: list[str] = []
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((f"http://{PUBLIC}/", f"http://{INSIDE}/", "data:")):
            self.complaints.append(f"asked another host: {request.url}")

    async def log_in(self, host: str, email: str, password: str) -> None:
        await self.page.goto(f"http://{host}/auth/sign_in")
        await self.page.get_by_role("textbox", name="E-").fill(email)
        await self.page.locator("#password").fill(password)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(f"http://{host}/")

    async def sideways(self) -> int:
        """Pixels by which the page is wider than the window."""
        root = "document.documentElement"
        return int(await self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))

    async def faults(self, axe: str) -> list[tuple[str, list[Any]]]:
        """What axe finds on the page: (rule, where)."""
        await self.page.evaluate(axe)
        found = await self.page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
        return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]]

    async def shoot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)

    async def read(self, name: str) -> str:
        """The tree that a screen reader is given; it is kept beside the picture."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        tree = await self.page.locator("body").aria_snapshot()
        (SHOTS / f"{name}.aria.yaml").write_text(tree, "utf-8")
        return tree


@asynccontextmanager
async def looking(browser: Browser, *, width: int = 1280, **options: Any) -> AsyncIterator[Looker]:
    context = await browser.new_context(viewport={"width": width, "height": 900}, **options)
    try:
        yield Looker(context, await context.new_page())
    finally:
        await context.close()
