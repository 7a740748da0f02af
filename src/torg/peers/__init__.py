"""Other servers as a network knows them: what they run, what they take, and whether we speak with them."""
