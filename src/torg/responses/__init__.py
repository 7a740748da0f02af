"""Responses from the web: what other sites say of our public posts, held until somebody lets it show, and the reverse.

Webmention (W3C), Pingback 1.0, microformats2.
"""
