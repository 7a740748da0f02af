-- What is pinned to a live page is looked up each second while somebody looks at it.
CREATE INDEX event_entries_pinned ON event_entries (org_id, page_id, seq) WHERE state = 'pinned';
