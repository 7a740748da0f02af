"""How long what is written stays: by network and by group, with a look at what would go, and legal hold above it."""
