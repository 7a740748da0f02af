"""The columns that a member lives in: which, and in what order, kept for each account."""
