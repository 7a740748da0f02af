-- Before the effects of new posts run, one statement asks which of them concern anybody; these two asked too much.
-- Whose bell rings for an author: an author with a million followers had a million rows looked through for every post.
CREATE INDEX follows_bells ON follows (org_id, target_id, account_id) WHERE notify;
-- Whether anybody in the network follows a search.
CREATE INDEX saved_searches_tracked ON saved_searches (org_id, network_id) WHERE track;
