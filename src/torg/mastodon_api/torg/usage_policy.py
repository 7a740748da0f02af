"""The usage policy: reading and accepting it. Open to accounts that can do nothing else before (docs/policies.md)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Routes
from torg.kernel.clock import iso
from torg.mastodon_api.entities.torg.usage_policy import UsagePolicy
from torg.mastodon_api.forms import Nothing
from torg.policies import actions, model
from torg.text.markdown import marked_up

routes = Routes("torg policies")


class Accepting(msgspec.Struct, kw_only=True):
    """`version`: the one that was read."""

    version: int


def _shown(call: Call, policy: model.UsagePolicy | None, *, accepted: bool) -> UsagePolicy:
    return UsagePolicy(
        version=policy.version if policy else 0,
        text=policy.content if policy else "",
        content=marked_up(policy.content) if policy else "",
        published_at=iso(policy.published_at) if policy else None,
        accepted=accepted,
        url=f"{call.origin}/auth/usage_policy",
    )


@routes.get("/api/torg/v1/usage_policy", scope=("read", "read:accounts", "profile"))
async def show(call: Call, params: Nothing) -> UsagePolicy:
    """What one must accept to use this network, and whether one has."""
    policy = await actions.current(call.tx)
    return _shown(call, policy, accepted=policy is None or call.actor.policy_version >= policy.version)


@routes.post("/api/torg/v1/usage_policy/accept", scope=("write", "write:accounts"))
async def accept(call: Call, form: Accepting) -> UsagePolicy:
    """Accept the version that holds; 409 if another one has come meanwhile, 404 if there is nothing to accept."""
    return _shown(call, await actions.accept(call.tx, call.actor, form.version), accepted=True)
