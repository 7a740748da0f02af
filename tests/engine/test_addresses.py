"""Which addresses may be called."""

from __future__ import annotations

import pytest

from torg.engine.addresses import is_public, parse_address, parse_ranges, usable


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_pass(text: str) -> None:
    assert is_public(parse_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.254",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:c0a8:101::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_closed_addresses_do_not(text: str) -> None:
    assert not is_public(parse_address(text))


def test_neighbours_of_closed_ranges_are_public() -> None:
    for text in ("100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "198.17.255.255", "198.20.0.0"):
        assert is_public(parse_address(text)), text


def _usable(found: list[str], port: int, allow: list[str]) -> list[str]:
    return [str(a) for a in usable([parse_address(f) for f in found], port, parse_ranges(allow))]


def test_one_closed_address_spoils_a_public_name() -> None:
    assert _usable(["8.8.8.8", "10.0.0.1"], 443, []) == []
    assert _usable(["8.8.8.8", "8.8.4.4"], 443, []) == ["8.8.8.8", "8.8.4.4"]


def test_public_addresses_only_on_web_ports() -> None:
    assert _usable(["8.8.8.8"], 8080, []) == []
    assert _usable(["8.8.8.8"], 8080, ["127.0.0.0/8"]) == []
    assert _usable(["8.8.8.8"], 80, ["127.0.0.0/8"]) == ["8.8.8.8"]


def test_an_allowed_range_opens_itself_and_nothing_else() -> None:
    assert _usable(["127.0.0.1"], 8080, ["127.0.0.0/8"]) == ["127.0.0.1"]
    assert _usable(["::1", "127.0.0.1"], 8080, ["127.0.0.0/8"]) == ["127.0.0.1"]
    assert _usable(["::ffff:127.0.0.1"], 8080, ["127.0.0.0/8"]) == ["::ffff:7f00:1"]
    assert _usable(["10.0.0.1"], 80, ["127.0.0.0/8"]) == []


def test_a_wrong_range_is_named() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/99"):
        parse_ranges(["10.0.0.0/99"])
