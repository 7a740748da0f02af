"""Coming into a network that is not public, by proving an address at one of the organisation's domains; leaving it."""
