"""Torg: an organisation's microblogging, inside and out."""

__version__ = "0.1.0"
