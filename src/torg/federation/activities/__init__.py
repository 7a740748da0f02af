"""What activities of other servers do, a verb per file; each may be done again, and in any order."""
