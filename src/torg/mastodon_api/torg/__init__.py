"""What Torg adds to the client API, under /api/torg/v1."""
