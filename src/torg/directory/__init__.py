"""The directory: a person's one profile and its faces, expertise, the org chart, colleagues worth knowing."""
