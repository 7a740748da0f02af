"""Announcements that must be seen: told to everybody addressed, shown until read; and featured conversations."""
