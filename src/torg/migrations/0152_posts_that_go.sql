-- What hangs on a post is found by it when the post goes: a retention run deletes thousands, and each looked through
-- all bookmarks, pins and filters of the installation.
CREATE INDEX bookmarks_post ON bookmarks (org_id, post_id);
CREATE INDEX pins_post ON pins (org_id, post_id);
CREATE INDEX filter_posts_post ON filter_posts (org_id, post_id);
