"""Bringing posts in from files: CSV/TSV/JSONL, a Mastodon archive, a Twitter archive (FEATURES L11).

Readers (`delimited`, `json_lines`, `mastodon_archive`, `twitter_archive`) do no database work: they yield
`ImportedPost` or `Refused`. `actions` writes what they yield. Nothing imported sets off notices or streams.
"""
