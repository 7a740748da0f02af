"""Finding posts, accounts and tags again."""
