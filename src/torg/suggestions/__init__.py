"""Finding people: suggestions with their reasons, the directory, and accounts by name."""
