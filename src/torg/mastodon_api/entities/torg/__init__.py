"""Entities of what Torg adds to the client API."""
