"""Whether a request asks for ActivityPub's JSON or for a page (ActivityPub §3.2, RFC 9110 §12.5.1)."""

from __future__ import annotations

from functools import lru_cache

ACTIVITY_TYPE = "application/activity+json"
LD_TYPE = "application/ld+json"
PROFILE = "https://www.w3.org/ns/activitystreams"
MOST = 2_000
"""Characters of the header that are read: nobody needs more."""


@lru_cache(maxsize=512)
def wants_activity(accept: str) -> bool:
    """Whether `application/activity+json`, or `ld+json`, is asked for at least as much as a page.

    A page wins where both are wanted alike and HTML stands first, since browsers name what they like best first.
    JSON-LD counts also without its profile: some servers leave it out.
    """
    activity, page = (0.0, 0), (0.0, 0)
    for place, part in enumerate(accept[:MOST].split(",")):
        kind, _, rest = part.partition(";")
        kind = kind.strip().lower()
        weight = (_quality(rest), -place)
        if kind in (ACTIVITY_TYPE, LD_TYPE):
            activity = max(activity, weight)
        elif kind in ("text/html", "application/xhtml+xml"):
            page = max(page, weight)
    return activity[0] > 0 and activity > page


def _quality(parameters: str) -> float:
    for one in parameters.split(";"):
        name, _, value = one.partition("=")
        if name.strip().lower() == "q":
            try:
                return max(0.0, min(1.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
