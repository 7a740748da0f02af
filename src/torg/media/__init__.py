"""Pictures, sound and film of posts: taken in, checked, cleaned and kept. Libraries load in the worker only."""
