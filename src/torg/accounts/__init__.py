"""Accounts: a person's, team's or bot's face in one network."""
