"""What whoever runs the installation does at the command line is in the audit log, and doctor checks it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_doctor import torg

HOST = "inside.acme.test"


def test_operators_acts_are_logged_and_checked(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert torg(data, "org", "add", "Acme").returncode == 0
    assert torg(data, "network", "add", "--org", "Acme", "--kind", "inside", "--host", HOST).returncode == 0
    person = ("--network", HOST, "--handle", "anna", "--email", "anna@acme.test", "--password", "en lång hemlighet")
    added = torg(data, "person", "add", *person, "--role", "owner")
    assert added.returncode == 0, added.stderr
    short = torg(data, "network", "set", "--host", HOST, "password_least=20", "allowed_ranges=10.0.0.0/8,2001:db8::/32")
    assert short.returncode == 0, short.stderr
    for wrong in ("allowed_ranges=10.0.0.1/8", "session_hours=0"):
        assert torg(data, "network", "set", "--host", HOST, wrong).returncode != 0, wrong
    lifted = torg(data, "network", "set", "--host", HOST, "allowed_ranges=none", "ranges_exempt_roles=7", "--json")
    assert json.loads(lifted.stdout)["allowed_ranges"] == []
    assert "ranges_exempt_roles=7\n" in torg(data, "network", "set", "--host", HOST).stdout
    bo = ("--network", HOST, "--handle", "bo", "--email", "bo@acme.test", "--password", "x" * 19)
    weak = torg(data, "person", "add", *bo)
    assert weak.returncode != 0
    assert torg(data, "invite", "--network", HOST).returncode == 0
    assert torg(data, "token", "--network", HOST, "--handle", "anna", "--scopes", "read").returncode == 0
    report = json.loads(torg(data, "doctor", "--json").stdout)
    (chain,) = [finding for finding in report["findings"] if finding["name"] == "audit log"]
    assert chain["well"]
    assert int(chain["value"].partition(" ")[0]) >= 6, chain["value"]
    lost = torg(data, "doctor", "--anchor", f"1:1:{'0' * 64}")
    assert lost.returncode == 1
    assert "BAD audit log: this head is not in its chain" in lost.stdout
