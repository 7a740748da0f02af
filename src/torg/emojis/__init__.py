"""Custom emoji of a network: pictures of its own, written as :shortcode: in a text."""
