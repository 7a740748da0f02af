"""Live streams: who is watching what, and what each of them gets to see, as it happens."""
