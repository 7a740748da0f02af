-- A notice that its reader put away: not shown from then on, and kept until the next one is put away, so that it can be brought back.
ALTER TABLE notices ADD COLUMN dismissed_at timestamptz;
