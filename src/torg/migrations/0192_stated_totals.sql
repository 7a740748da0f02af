-- What another server states of an account's posts, followers and followed. Beside our own counters, which know only
-- what came here: these go up and down with each tie, those come as a whole now and then. The greater one is shown.
ALTER TABLE accounts ADD COLUMN stated_posts int NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN stated_followers int NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN stated_following int NOT NULL DEFAULT 0;
ALTER TABLE remote_actors ADD COLUMN totals_at timestamptz;  -- when they were asked for
