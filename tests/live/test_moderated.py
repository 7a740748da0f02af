"""A moderator's act ends the open streams of the account at once, without waiting for the next look at tokens."""

from __future__ import annotations

import pytest

from tests.live.readers import Harbour
from torg.live import hub


@pytest.fixture
def no_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the periodic look at tokens, only the event can end a stream. Asked for before the harbour opens."""
    monkeypatch.setattr(hub, "SWEEP_EVERY", 3600.0)


@pytest.mark.parametrize("act", ["suspend", "disable"])
async def test_the_barred_hear_no_more(no_rounds: None, harbour: Harbour, act: str) -> None:
    square = harbour.square
    stream = await harbour.sse(square.bjorn, "user")
    response = await square.anna.post(f"/api/v1/admin/accounts/{square.bjorn.id}/action", json={"type": act})
    assert response.status_code == 200, response.text
    await stream.until_end()
