"""One's own data and account: taken along, brought in, moved, closed."""
