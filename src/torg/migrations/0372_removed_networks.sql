-- A network that is being removed: since when nobody comes in, and how many posts are still to go. Its row goes last.
ALTER TABLE networks ADD COLUMN removed_at timestamptz, ADD COLUMN posts_left bigint;
