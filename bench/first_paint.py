"""When a stranger's telephone first shows something: the demonstration's pages in a throttled Chromium.

`python -m bench.first_paint URL [PATH …]`: each page five times with an empty cache, 1.6 Mbit/s, 150 ms there and
back and a processor four times slower; the median of first contentful paint, and what came over the wire.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, async_playwright

ROUNDS = 5
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
WEIGHT = """performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
    .reduce((sum, one) => sum + one.transferSize, 0)"""


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def found(own: str) -> str | None:
    """The Chromium to look with: as named, Playwright's own, or the system's."""
    return os.environ.get("TORG_CHROMIUM") or (own if Path(own).is_file() else shutil.which("chromium"))


async def once(browser: Browser, url: str) -> tuple[float, float]:
    """(milliseconds to the first contentful paint, bytes over the wire) of one visit."""
    context = await browser.new_context(viewport={"width": 390, "height": 800}, device_scale_factor=2)
    try:
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", SLOW)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        await page.goto(url)
        await page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        return float(await page.evaluate(PAINT)), float(await page.evaluate(WEIGHT))
    finally:
        await context.close()


async def main(base: str, paths: list[str]) -> None:
    if urlsplit(base).hostname not in ("localhost", "127.0.0.1", "inside.localhost"):
        raise SystemExit("this machine's own server only")
    async with async_playwright() as playwright:
        path = found(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        await once(browser, base)
        say(f"{'page':32} {'first paint, ms':>16} {'slowest':>8} {'kB':>6}")
        for one in paths or ["/"]:
            seen = [await once(browser, base + one) for _ in range(ROUNDS)]
            paints = sorted(paint for paint, _ in seen)
            say(f"{one:32} {statistics.median(paints):16.0f} {paints[-1]:8.0f} {seen[-1][1] / 1000:6.1f}")
        await browser.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    asyncio.run(main(sys.argv[1].rstrip("/"), sys.argv[2:]))
