"""Delegation: colleagues who post for a leader or as a team, and the by-lines that tell who really wrote."""
