"""Moderation: reports, warnings, acts upon accounts, who is kept out, figures for administrators, and a log of it all."""
