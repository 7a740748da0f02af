"""Notices: what others did that concerns a reader (Mastodon: notifications), and how far the reader has read."""
