"""What is used more than usual now: tags, posts and links of each network, with the reason."""
