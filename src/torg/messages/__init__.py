"""Direct messages: between the sender and those named in it; never posts, and nothing turns one into a post (T4)."""
