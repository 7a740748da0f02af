"""QR codes: drawn where segno says that a module is dark, with room around them."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
import segno

from torg.text import qr

ADDRESS = "otpauth://totp/Torg:anna%40acme.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Torg"


def test_every_dark_module_is_drawn_in_its_place() -> None:
    drawn = ET.fromstring(qr.svg(ADDRESS))
    size = int(drawn.attrib["viewBox"].split()[2])
    ground, marks = list(drawn)
    assert (ground.attrib["fill"], marks.attrib["fill"]) == ("#fff", "#000")
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", marks.attrib["d"])}
    code = segno.make_qr(ADDRESS, error="l", boost_error=False)
    assert size == code.symbol_size(border=qr.QUIET)[0]
    rows = list(code.matrix_iter(border=qr.QUIET))
    assert dark == {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}


def test_a_text_that_no_code_holds() -> None:
    with pytest.raises(ValueError, match="Data too large"):
        qr.svg("x" * 3000)
