"""From views to Mastodon's entities. Pure, but for the few batched reads that a `Scene` makes first."""
