"""Reading: how far somebody has read, on all devices at once, and how much is new since."""
