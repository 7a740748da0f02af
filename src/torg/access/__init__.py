"""Who may come in: persons, passwords, apps, tokens, sessions."""
