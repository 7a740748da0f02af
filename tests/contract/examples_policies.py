"""An example of the usage policy."""

from __future__ import annotations

from msgspec import Struct

from torg.mastodon_api.entities.torg.usage_policy import UsagePolicy

policy = UsagePolicy(
    version=2,
    text="Be **kind**.",
    content="<p>Be <strong>kind</strong>.</p>",
    published_at="2026-11-23T22:12:00.000Z",
    accepted=False,
    url="https://inside.torg.example/auth/usage_policy",
)
nothing = UsagePolicy(
    version=0, text="", content="", published_at=None, accepted=True, url="https://torg.example/auth/usage_policy"
)
EXAMPLES: dict[str, Struct] = {"torg_usage_policy": policy, "torg_usage_policy_none": nothing}
