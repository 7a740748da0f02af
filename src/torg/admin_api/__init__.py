"""Torg's own methods for administrators, in Mastodon's idiom: what Mastodon's API leaves to its web pages."""
