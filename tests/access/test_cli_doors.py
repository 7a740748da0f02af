"""`torg invite` and `torg network set` as they are called."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from tests.cli.test_import_command import HOST, installation
from torg.cli.invite import invite
from torg.cli.network import set_
from torg.kernel.errors import Misused

__all__ = ["installation"]


@pytest.mark.usefixtures("installation")
def test_a_link_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    invite(network=HOST, uses=3, expires=14, json=True)
    made = json.loads(capsys.readouterr().out)
    assert made["url"] == f"http://{HOST}/auth/sign_up?invite={made['code']}"
    assert (made["uses"], made["expires_at"] is None) == (3, False)
    invite(network=HOST)
    assert capsys.readouterr().out.startswith(f"http://{HOST}/auth/sign_up?invite=")
    for uses, expires, by in ((0, None, None), (None, 0, None), (None, None, "nobody")):
        with pytest.raises(Misused):
            invite(network=HOST, uses=uses, expires=expires, by=by)


@pytest.mark.usefixtures("installation")
def test_settings_are_shown_and_changed(capsys: pytest.CaptureFixture[str]) -> None:
    set_("private=on", "languages=sv,en", "single-user=anna", host=HOST, json=True)
    out, err = capsys.readouterr()
    shown = json.loads(out)
    assert (shown["private"], shown["languages"], shown["single_user"]) == (True, ["sv", "en"], "anna")
    assert "there is no account @anna" in err
    set_(host=HOST)
    assert "private=on\n" in capsys.readouterr().out
    wrong: Sequence[str]
    for wrong in (["private"], ["colour=red"], ["private=perhaps"]):
        with pytest.raises(Misused):
            set_(*wrong, host=HOST)
