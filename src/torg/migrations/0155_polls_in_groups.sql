-- A poll is seen with its post by members, too: to find the row of a closed group's poll and then refuse is more work
-- than to find nothing, and work can be measured from outside.
DROP POLICY guests ON polls;
SELECT seen_with_post('polls', 'post_id');
