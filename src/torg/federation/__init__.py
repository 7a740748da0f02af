"""ActivityPub, the edge: actors, objects and collections for other servers, and what they send us."""
