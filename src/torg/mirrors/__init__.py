"""Blogs mirrored into accounts: their feeds are asked politely, and each new entry becomes a post. docs/mirrors.md."""
