"""What the archive of own data holds, as queries. Each takes org, network, me, origin; others' rows give no text."""

from __future__ import annotations

from torg.portability.archive_work import OWN, WORK

ADDRESS = """CASE WHEN {p}.id IS NOT NULL THEN coalesce({p}.uri,
    %(origin)s || '/users/' || (SELECT w.handle FROM accounts w WHERE w.org_id = {p}.org_id AND w.id = {p}.account_id)
    || '/statuses/' || {p}.id) END"""

FACES = """
SELECT a.id, a.network_id, a.handle FROM accounts a
WHERE a.org_id = %(org)s AND a.kind <> 'group' AND a.state <> 'deleted' AND (a.id = %(id)s OR a.person_id =
    (SELECT b.person_id FROM accounts b WHERE b.org_id = %(org)s AND b.id = %(id)s)) ORDER BY a.id
"""
ACCOUNT = """
SELECT handle, display_name, note, note_html, fields, avatar, header, locked, discoverable, created_at FROM accounts
WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(me)s
"""
POSTS_COUNT = f"SELECT count(*) FROM posts x WHERE {OWN}"
POSTS = f"""
SELECT x.id, x.audience, x.listed, x.boost_of_id, x.source, x.html, x.spoiler, x.sensitive, x.language, x.created_at,
    x.edited_at, {ADDRESS.format(p="b")} AS boost_address, {ADDRESS.format(p="r")} AS parent_address,
    (SELECT g.handle FROM accounts g WHERE g.org_id = x.org_id AND g.id = x.group_id) AS group_handle,
    ARRAY(SELECT t.name FROM post_tags pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
        WHERE pt.org_id = x.org_id AND pt.post_id = x.id ORDER BY t.name) AS tags,
    coalesce((SELECT jsonb_agg(jsonb_build_object('href', coalesce(c.uri, %(origin)s || '/users/' || c.handle),
        'name', '@' || c.handle || CASE WHEN c.host = '' THEN '' ELSE '@' || c.host END) ORDER BY c.id)
        FROM post_mentions m JOIN accounts c ON c.org_id = m.org_id AND c.id = m.account_id
        WHERE m.org_id = x.org_id AND m.post_id = x.id), '[]') AS mentions,
    coalesce((SELECT jsonb_agg(torg_media_record(m) ORDER BY m.position, m.id) FROM media m
        WHERE m.org_id = x.org_id AND m.post_id = x.id), '[]') AS media,
    (SELECT jsonb_build_object('options', q.options, 'tallies', q.tallies, 'multiple', q.multiple,
        'expires_at', q.expires_at) FROM polls q WHERE q.org_id = x.org_id AND q.post_id = x.id) AS poll
FROM posts x LEFT JOIN posts b ON b.org_id = x.org_id AND b.id = x.boost_of_id
LEFT JOIN posts r ON r.org_id = x.org_id AND r.id = x.reply_to_id
WHERE {OWN} AND x.id > %(after)s ORDER BY x.id LIMIT %(most)s
"""
# Only what the person could read: his or her own row among the readers is asked for.
MESSAGES = """
SELECT m.id, jsonb_build_object('id', m.id::text, 'conversation_id', m.conversation_id::text,
    'author', coalesce(a.handle, ''), 'mine', m.account_id = %(me)s, 'text', m.source, 'html', m.html,
    'spoiler', m.spoiler, 'created_at', m.created_at, 'edited_at', m.edited_at,
    'participants', ARRAY(SELECT b.handle FROM message_readers o JOIN accounts b ON b.org_id = o.org_id
        AND b.id = o.account_id WHERE o.org_id = m.org_id AND o.message_id = m.id ORDER BY b.id),
    'media', coalesce((SELECT jsonb_agg(torg_media_record(f) ORDER BY f.position, f.id) FROM media f
        WHERE f.org_id = m.org_id AND f.message_id = m.id), '[]')) AS record
FROM messages m JOIN message_readers r ON r.org_id = m.org_id AND r.message_id = m.id AND r.account_id = %(me)s
LEFT JOIN accounts a ON a.org_id = m.org_id AND a.id = m.account_id
WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.id > %(after)s ORDER BY m.id LIMIT %(most)s
"""
LIKES = f"""
SELECT {ADDRESS.format(p="p")} FROM favourites x JOIN posts p ON p.org_id = x.org_id AND p.id = x.post_id
WHERE {OWN} ORDER BY x.id
"""
BOOKMARKS = f"""
SELECT {ADDRESS.format(p="p")} FROM bookmarks x JOIN posts p ON p.org_id = x.org_id AND p.id = x.post_id
WHERE {OWN} ORDER BY x.id
"""
LISTS = {
    "account": """
SELECT jsonb_build_object('id', x.id::text, 'handle', x.handle, 'display_name', x.display_name, 'note', x.note,
    'fields', x.fields, 'email', p.email, 'locale', p.locale, 'created_at', x.created_at, 'locked', x.locked,
    'bot', x.bot, 'discoverable', x.discoverable, 'indexable', x.indexable, 'settings', x.settings,
    'sign_up_ip', host(x.sign_up_ip), 'invite_request', x.invite_request) AS record
FROM accounts x LEFT JOIN persons p ON p.org_id = x.org_id AND p.id = x.person_id
WHERE x.org_id = %(org)s AND x.network_id = %(network)s AND x.id = %(me)s""",
    "sessions": f"""
SELECT jsonb_build_object('ip', host(x.ip), 'user_agent', x.user_agent, 'created_at', x.created_at,
    'expires_at', x.expires_at) AS record FROM sessions x WHERE {OWN} ORDER BY x.id""",
    "apps": f"""
SELECT jsonb_build_object('name', p.name, 'website', p.website, 'scopes', x.scopes, 'created_at', x.created_at,
    'last_used_at', x.last_used_at) AS record FROM tokens x JOIN apps p ON p.org_id = x.org_id AND p.id = x.app_id
WHERE {OWN} AND x.revoked_at IS NULL ORDER BY x.id""",
    "groups": f"""
SELECT jsonb_build_object('handle', a.handle, 'display_name', a.display_name, 'role', r.role) AS record FROM follows x
JOIN groups g ON g.org_id = x.org_id AND g.id = x.target_id
JOIN accounts a ON a.org_id = g.org_id AND a.id = g.id
LEFT JOIN group_roles r ON r.org_id = g.org_id AND r.group_id = g.id AND r.account_id = x.account_id
WHERE {OWN} ORDER BY x.id""",
    "followed_tags": f"""
SELECT to_jsonb(t.name) AS record FROM tag_follows x JOIN tags t ON t.org_id = x.org_id AND t.id = x.tag_id
WHERE {OWN} ORDER BY x.id""",
    "filters": f"""
SELECT to_jsonb(x) - 'org_id' - 'network_id' - 'account_id' || jsonb_build_object('keywords', coalesce((
    SELECT jsonb_agg(to_jsonb(k) - 'org_id' - 'network_id' - 'filter_id') FROM filter_keywords k
    WHERE k.org_id = x.org_id AND k.filter_id = x.id), '[]')) AS record FROM filters x WHERE {OWN} ORDER BY x.id""",
    "votes": f"""
SELECT jsonb_build_object('poll_of', {ADDRESS.format(p="p")}, 'choice', x.choice) AS record FROM poll_votes x
JOIN polls q ON q.org_id = x.org_id AND q.id = x.poll_id JOIN posts p ON p.org_id = q.org_id AND p.id = q.post_id
WHERE {OWN} ORDER BY x.poll_id, x.choice""",
    "edits": f"""
SELECT jsonb_build_object('post_id', e.post_id::text, 'text', e.source, 'spoiler', e.spoiler,
    'created_at', e.created_at) AS record FROM post_edits e
JOIN posts x ON x.org_id = e.org_id AND x.id = e.post_id WHERE {OWN} ORDER BY e.id""",
    "scheduled": f"""
SELECT jsonb_build_object('scheduled_at', x.scheduled_at, 'params', x.params, 'thread', x.thread) AS record
FROM scheduled_posts x
WHERE {OWN} ORDER BY x.id""",
    "notes_on_others": f"""
SELECT jsonb_build_object('handle', a.handle, 'comment', x.comment) AS record FROM account_notes x
JOIN accounts a ON a.org_id = x.org_id AND a.id = x.target_id WHERE {OWN} ORDER BY a.id""",
    **WORK,
}
