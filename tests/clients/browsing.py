"""What a person does in a browser between an app's “log in” and its code: two plain forms."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def allow(url: str, email: str, password: str, **options: bool | str) -> str:
    """Open an app's authorize address, log in, press Allow: the code that the app is given."""
    with httpx2.Client(follow_redirects=True, timeout=30, **options) as browser:  # type: ignore[arg-type]
        page = browser.get(url)
        assert page.status_code == 200, page.text
        page = browser.post(urljoin(url, "/auth/sign_in"), data={**_fields(page), "email": email, "password": password})
        assert page.status_code == 200, page.text
        done = browser.post(
            urljoin(url, "/oauth/authorize"), data={**_fields(page), "decision": "allow"}, follow_redirects=False
        )
        if shown := re.search(r'id="code">([^<]+)<', done.text):  # for apps that cannot be returned to
            return shown[1]
        assert done.status_code == 303, done.text
        return parse_qs(urlsplit(done.headers["location"]).query)["code"][0]


def _fields(page: httpx2.Response) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in HIDDEN.findall(page.text)}
