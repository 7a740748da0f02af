"""Keys of our actors, and signed requests in both directions (cavage-12, RFC 9421)."""
