"""What we are, turned into ActivityStreams: pure functions, whose posts can only be those that may leave the house."""
