"""The outside world, a file each: PostgreSQL, outbox, jobs, bus, limits, blobs, fetch, mail, push."""
