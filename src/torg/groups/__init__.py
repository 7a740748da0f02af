"""Groups: an account that one joins by following it, with roles, invitations, announcements, pins, files and topics."""
