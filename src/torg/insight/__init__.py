"""What an account's or a network's doings add up to."""
