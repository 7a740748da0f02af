"""Moderation: reports, warnings, acts upon accounts, who is kept out, figures, and a log of every such act."""
