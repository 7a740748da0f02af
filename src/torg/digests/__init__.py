"""Digests: mails about what somebody missed, as often as he or she chose, ended by one click."""
