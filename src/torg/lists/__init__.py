"""Lists: named selections of those whom one follows, each a timeline of its own."""
