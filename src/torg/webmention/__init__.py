"""Where other sites tell of their links to us: Webmention and Pingback."""
