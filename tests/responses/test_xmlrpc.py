"""XML-RPC as Pingback needs it, judged by the standard library's own; hostile XML is refused."""

from __future__ import annotations

import xmlrpc.client

import pytest

from torg.responses import xmlrpc as ours
from torg.responses.xmlrpc import Fault, Unreadable

SOURCE, TARGET = "https://blog.example/?a=1&b=<2>", "https://acme.example/@anna/1"


def test_a_call_is_read_by_others() -> None:
    params, method = xmlrpc.client.loads(ours.ping(SOURCE, TARGET).decode())
    assert (method, params) == ("pingback.ping", (SOURCE, TARGET))


def test_calls_of_others_are_read() -> None:
    body = xmlrpc.client.dumps((SOURCE, TARGET), "pingback.ping").encode()
    assert ours.call(body) == ("pingback.ping", [SOURCE, TARGET])
    params = b"<params><param><value>a</value></param></params>"
    bare = b"<methodCall><methodName>pingback.ping</methodName>" + params + b"</methodCall>"
    assert ours.call(bare) == ("pingback.ping", ["a"])


def test_answers_are_read_both_ways() -> None:
    with pytest.raises(xmlrpc.client.Fault) as raised:
        xmlrpc.client.loads(ours.fault(Fault.KNOWN, "Known & <fine>").decode())
    assert (raised.value.faultCode, raised.value.faultString) == (48, "Known & <fine>")
    assert xmlrpc.client.loads(ours.done("Thanks").decode())[0] == ("Thanks",)
    theirs = xmlrpc.client.dumps(xmlrpc.client.Fault(17, "no link"), methodresponse=True).encode()
    assert ours.fault_of(theirs) == 17
    assert ours.fault_of(xmlrpc.client.dumps(("ok",), methodresponse=True).encode()) is None


LAUGHS = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><methodCall>
<methodName>pingback.ping</methodName><params><param><value>&b;</value></param></params></methodCall>"""
OUTSIDE = b"""<!DOCTYPE x SYSTEM "file:///etc/passwd"><methodCall><methodName>x</methodName></methodCall>"""


@pytest.mark.parametrize(
    "body",
    [
        b"", b"x", b"<methodCall>", LAUGHS, OUTSIDE, b"<a>" * 2000, b"\xff\xfe<", b"<methodCall></methodCall>",
        b'<?xml version="1.0" encoding="nonsense"?><methodCall/>', b"<methodCall>" + b"x" * 20_000 + b"</methodCall>",
        b"<methodCall><methodName>" + b"x" * 5000 + b"</methodName></methodCall>", ours.done("no call"),
    ],
)  # fmt: skip
def test_what_is_no_call_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        ours.call(body)
