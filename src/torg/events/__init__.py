"""Live pages of an event (T10, N28, N31): what is said about it, counted truly and shown as eyes can follow."""
