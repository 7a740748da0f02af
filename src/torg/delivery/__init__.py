"""Activities on their way to other servers: one per shared inbox, a lane per host, retried for days."""
