-- What a guest never sees of the square's own tables; posts, accounts and groups have their policies in 0100.
SELECT not_for_guests('announcements');
SELECT not_for_guests('announcement_reactions');
SELECT not_for_guests('collections');
SELECT not_for_guests('trends');
SELECT with_post('polls');

-- An attachment is one's own, of a post or of a message that one may read; media/store.file asks it of a file.
CREATE POLICY readers ON media AS RESTRICTIVE FOR SELECT TO torg_app USING (
    CASE WHEN (SELECT torg_viewer()) IS NULL OR account_id = (SELECT torg_viewer()) THEN true
    WHEN post_id IS NOT NULL THEN EXISTS (SELECT FROM posts p WHERE p.org_id = media.org_id AND p.id = media.post_id)
    WHEN message_id IS NOT NULL THEN EXISTS (SELECT FROM message_readers r WHERE r.org_id = media.org_id
        AND r.message_id = media.message_id AND r.account_id = (SELECT torg_viewer()))
    ELSE false END);
