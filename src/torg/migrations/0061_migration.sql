-- Moving to another account: the accounts that one declares to be one's own too, and when one moved.

ALTER TABLE accounts ADD COLUMN also_known_as text[] NOT NULL DEFAULT '{}';  -- ActivityPub ids
ALTER TABLE accounts ADD COLUMN moved_at timestamptz;
