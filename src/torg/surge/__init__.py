"""The surge ladder: under load the installation sheds what can wait, in one order, shows it, and catches up (N29)."""
