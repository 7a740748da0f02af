"""The Mastodon client API: what other people's apps speak with Torg."""
