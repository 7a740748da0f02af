"""Filters: words and posts that a reader does not want to see; applied here, shown by clients as the reader chose."""
