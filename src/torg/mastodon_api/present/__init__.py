"""From views to Mastodon's entities. Pure, but for the few batched reads that `Scene` makes first."""

from torg.mastodon_api.present.accounts import account, accounts
from torg.mastodon_api.present.scene import Scene
from torg.mastodon_api.present.statuses import status, statuses

__all__ = ["Scene", "account", "accounts", "status", "statuses"]
