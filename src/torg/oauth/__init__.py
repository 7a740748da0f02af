"""OAuth 2 and the pages on which people log in, consent and sign up."""
