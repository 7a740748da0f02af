-- A lane's turn is looked for among its like: hosts that answered last time, hosts never tried, hosts that fail.

-- The table was made by the migration before this one.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX delivery_lanes_due;
CREATE INDEX delivery_lanes_due ON delivery_lanes ((failures > 0), (failures = 0 AND answered_at IS NULL), due_at)
    WHERE worker IS NULL AND due_at IS NOT NULL;
