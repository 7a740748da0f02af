"""Announcements: what the administrators of a network tell everybody in it, and how it is answered."""
