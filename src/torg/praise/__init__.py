"""Praise: a post with a badge for those it names, the wall of thanks, and the badges."""
