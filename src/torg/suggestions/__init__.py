"""Finding people: suggestions with their reasons, and the directory."""
