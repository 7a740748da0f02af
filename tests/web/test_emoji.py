"""Custom emoji on pages."""

from __future__ import annotations

import pytest

from tests.fixtures.square import PUBLIC, Square
from tests.media import makers
from tests.web.reader import Reader
from torg.access.bearer import anonymous
from torg.accounts import store as accounts
from torg.emojis import actions
from torg.web.emoji import with_pictures

PICTURES = {"wheel": "/media/wheel.png"}


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.com/:wheel:">x</a>',
        "<a href=\"a>:wheel:\" title='>:wheel:'>x</a>",
        "<p>10:wheel:30 a:wheel: :other: :wheel</p>",
        '<p>x</p><a href="https://example.com/?a=:wheel:&amp;b">y</a>',
    ],
)
def test_attributes_and_words_are_left_alone(html: str) -> None:
    assert with_pictures(html, PICTURES) == html


def test_names_in_text_become_pictures() -> None:
    assert with_pictures("<p>:wheel:, :wheel:</p>", PICTURES).count('<img class="emoji" src="/media/wheel.png"') == 2


async def test_emoji_in_posts_and_names(square: Square) -> None:
    network = square.networks[PUBLIC]
    services = square.services
    await actions.upload(services.db, services.media, anonymous(network), "wheel", makers.encoded(".png", 64, 64))
    async with services.db.tx(network.scope) as tx:
        await accounts.update(tx, square.anna.id, {"display_name": "Anna :wheel:"})
    said = await square.anna.says("Round :wheel: and <b>", spoiler_text=":wheel: ahead")
    for path in ("/", "/@anna", f"/@anna/{said['id']}"):
        page = await Reader(square).open(path)
        assert page.text.count('alt=":wheel:"') >= 3, path
        assert "&lt;b&gt;" in page.text
        source = page.text.partition('<img class="emoji" src="')[2].partition('"')[0]
        assert (await Reader(square).open(source)).status_code == 200
