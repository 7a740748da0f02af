"""Pictures, sound and film attached to posts: taken in, checked, cleaned and kept. Libraries load in the worker only."""
