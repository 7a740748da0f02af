-- A thread that is planned is one row: its first post in params, the posts after it in order here.
ALTER TABLE scheduled_posts ADD COLUMN thread jsonb NOT NULL DEFAULT '[]';
-- The files of a draft, all its posts together, so that they are not swept away while it waits.
ALTER TABLE drafts ADD COLUMN media_ids bigint[] NOT NULL DEFAULT '{}';
