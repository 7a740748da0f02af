"""Timelines: which posts, in which order. A view of the posts, not copies of them (DESIGN §5)."""
