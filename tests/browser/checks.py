"""What the tour asks of every page besides axe: long and foreign names, a focus one sees, names for a reader, rest.

Each gives what is wrong as text; nothing is wrong where it gives nothing.
"""

from __future__ import annotations

import re

from playwright.async_api import Page

NAMED = "button|link|textbox|searchbox|combobox|checkbox|radio|slider|heading|img"
NAMELESS = re.compile(rf"^\s*- ({NAMED})(?= \[|:|$)")
WHO = """const who = (one) =>
    `${one.tagName}.${one.className} ${(one.textContent || one.name || "").trim().slice(0, 30)}`;"""
STRETCHED = f"""() => {{
    {WHO}
    const long = "Realisationsvinstbeskattningsundantagsbestämmelsekommittéordförande";
    const right = "عبد الرحمن بن محمد آل الشيخ الطويل جدا";
    const places = "bdi, .text p, .fields dd, .role, cite, .tabs a, .choices a, .label a, td, legend, summary, button";
    let n = 0;
    for (const one of document.querySelectorAll(places))
        if (!one.children.length && one.textContent.trim()) one.textContent = n++ % 2 ? right : long;
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const held = (one) => {{
        for (let up = one.parentElement; up; up = up.parentElement)
            if (getComputedStyle(up).overflowX !== "visible") return true;
        return one.closest(".sr-only, .skip, .decoy");
    }};
    const wide = [...document.body.querySelectorAll("*")].filter((one) => {{
        const box = one.getBoundingClientRect();
        return (box.right > root.clientWidth + 1 || box.left < -1) && !held(one);
    }});
    return wide.slice(0, 3).map((one) => `too wide with long words: ${{who(one)}}`);
}}"""
UNSEEN = f"""() => {{
    {WHO}
    const found = [], bars = "nav.main, .banner, .column-tabs";
    const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    for (const one of document.querySelectorAll(all)) {{
        const box = one.getBoundingClientRect();
        if (box.width <= 2 || box.height <= 2) continue;
        if (!one.checkVisibility({{ visibilityProperty: true, opacityProperty: true }})) continue;
        one.focus();
        if (document.activeElement !== one) continue;
        const look = getComputedStyle(one), drawn = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0;
        if (!drawn && look.boxShadow === "none") found.push(`no focus to be seen: ${{who(one)}}`);
        const now = one.getClientRects()[0];
        const hidden = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.8]].every(([x, y]) => {{
            const top = document.elementFromPoint(now.left + now.width * x, now.top + now.height * y);
            return top && top !== one && !one.contains(top) && !top.contains(one) && top.closest(bars);
        }});
        if (hidden) found.push(`the focus is behind a bar: ${{who(one)}}`);
    }}
    return found.slice(0, 5);
}}"""
CUT = """() => {
    const bar = document.querySelector(".main[data-folds]:not([data-unfolded])");
    if (!bar || getComputedStyle(bar).position !== "fixed") return [];
    const cut = [...bar.querySelectorAll(".word")].filter((word) => {
        const way = word.closest("a, button").getBoundingClientRect(), box = word.getBoundingClientRect();
        return box.width && (word.scrollWidth > word.clientWidth || box.left < way.left || box.right > way.right
            || way.left < -1 || way.right > innerWidth + 1);
    });
    return cut.map((word) => `cut at the thumb: ${word.textContent.trim()}`);
}"""
MOVING = f"""() => {{
    {WHO}
    const moves = (one) => getComputedStyle(one).transitionDuration.split(",").some((time) => parseFloat(time) > 0);
    const found = [...document.querySelectorAll("*")].filter(moves).map((one) => `moves: ${{who(one)}}`);
    return [...document.getAnimations().map((one) => `moves: ${{one.animationName ?? "?"}}`), ...found].slice(0, 3);
}}"""


async def stretched(page: Page) -> list[str]:
    """Long words and names written from the right put in place of what stands there: the page is no wider for it."""
    found: list[str] = await page.evaluate(STRETCHED)
    return found


async def cut(page: Page) -> list[str]:
    """Words of the ways at the thumb that do not fit, on a phone."""
    found: list[str] = await page.evaluate(CUT)
    return found


async def unseen(page: Page) -> list[str]:
    """Every control by the keyboard: its focus is drawn, and no bar lies over it (WCAG 2.4.7, 2.4.11)."""
    await page.keyboard.press("Tab")
    found: list[str] = await page.evaluate(UNSEEN)
    return found


async def moving(page: Page) -> list[str]:
    """What moves although the reader asked for rest."""
    found: list[str] = await page.evaluate(MOVING)
    return found


def nameless(tree: str) -> list[str]:
    """Controls, headings and pictures of which a screen reader can say nothing but what they are."""
    found = [line.strip() for line in tree.splitlines() if NAMELESS.match(line)]
    return [f"without a name in the tree: {line}" for line in found[:5]]
