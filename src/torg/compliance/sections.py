"""What an export consists of: one query a section, by ascending id, of one network. Ids are strings, as in the API.

Each query takes org, network, last (the newest id of the export), since, until, accounts, groups, after and most.
"""

from __future__ import annotations

from torg.compliance import sections_work as work
from torg.compliance.section import ACCOUNTS, AUTHOR, GROUPS, HERE, OF_TIME, WHO, WHOLE, Section

MEDIA = """coalesce((SELECT jsonb_agg(torg_media_record(m) ORDER BY m.position, m.id) FROM media m
    WHERE m.org_id = {t}.org_id AND m.network_id = {t}.network_id AND m.{c} = {t}.id), '[]')"""

ACCOUNT_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'handle', x.handle, 'host', x.host, 'kind', x.kind,
    'display_name', x.display_name, 'note', x.note, 'fields', x.fields, 'email', p.email, 'guest', x.guest,
    'role', r.name, 'state', x.state, 'suspended_at', x.suspended_at, 'created_at', x.created_at,
    'last_post_at', x.last_post_at, 'posts', x.posts_count, 'followers', x.followers_count,
    'following', x.following_count) AS record
FROM accounts x LEFT JOIN persons p ON p.org_id = x.org_id AND p.id = x.person_id
LEFT JOIN roles r ON r.org_id = x.org_id AND r.id = x.role_id
WHERE {HERE.format(t="x")} AND x.kind <> 'group' AND {ACCOUNTS.format(c="x.id")}
AND ({WHOLE} OR EXISTS (SELECT FROM follows f WHERE f.org_id = x.org_id AND f.account_id = x.id
    AND f.target_id = ANY (%(groups)s::bigint[])))
ORDER BY x.id LIMIT %(most)s
"""
GROUP_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'handle', a.handle, 'display_name', a.display_name, 'note', a.note,
    'kind', x.kind, 'posting', x.posting, 'retention_days', x.retention_days, 'archived_at', x.archived_at,
    'created_by', x.created_by::text, 'created_at', x.created_at,
    'aliases', ARRAY(SELECT g.alias FROM group_aliases g WHERE g.org_id = x.org_id AND g.group_id = x.id ORDER BY 1),
    'roles', coalesce((SELECT jsonb_agg(jsonb_build_object('account_id', g.account_id::text, 'role', g.role))
        FROM group_roles g WHERE g.org_id = x.org_id AND g.group_id = x.id), '[]')) AS record
FROM groups x JOIN accounts a ON a.org_id = x.org_id AND a.id = x.id
WHERE {HERE.format(t="x")} AND {GROUPS.format(c="x.id")}
ORDER BY x.id LIMIT %(most)s
"""
MEMBERSHIP_ROWS = f"""
SELECT x.id, jsonb_build_object('group_id', x.target_id::text, 'account', {AUTHOR}) AS record
FROM follows x JOIN groups g ON g.org_id = x.org_id AND g.id = x.target_id
JOIN accounts a ON a.org_id = x.org_id AND a.id = x.account_id
WHERE {HERE.format(t="x")} AND {ACCOUNTS.format(c="x.account_id")} AND {GROUPS.format(c="x.target_id")}
ORDER BY x.id LIMIT %(most)s
"""
POST_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'author', {AUTHOR}, 'audience', x.audience, 'listed', x.listed,
    'group', (SELECT {WHO.format(a="g")} FROM accounts g WHERE g.org_id = x.org_id AND g.id = x.group_id),
    'thread_id', x.thread_id::text,
    'parent', CASE WHEN x.reply_to_account_id IS NOT NULL THEN jsonb_build_object('id', x.reply_to_id::text, 'author',
        (SELECT {WHO.format(a="b")} FROM accounts b WHERE b.org_id = x.org_id AND b.id = x.reply_to_account_id)) END,
    'by', (SELECT {WHO.format(a="d")} FROM accounts d WHERE d.org_id = x.org_id AND d.id = x.by_account_id),
    'boost_of_id', x.boost_of_id::text, 'quote_of_id', x.quote_of_id::text, 'text', x.source, 'html', x.html,
    'spoiler', x.spoiler, 'sensitive', x.sensitive, 'language', x.language, 'created_at', x.created_at,
    'edited_at', x.edited_at,
    'mentions', coalesce((SELECT jsonb_agg({WHO.format(a="b")} ORDER BY b.id) FROM post_mentions m
        JOIN accounts b ON b.org_id = m.org_id AND b.id = m.account_id
        WHERE m.org_id = x.org_id AND m.post_id = x.id), '[]'),
    'tags', ARRAY(SELECT t.name FROM post_tags pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
        WHERE pt.org_id = x.org_id AND pt.post_id = x.id ORDER BY t.name),
    'topics', coalesce((SELECT jsonb_agg(jsonb_build_object('name', t.name, 'added_by', pt.added_by::text,
            'added_at', pt.created_at) ORDER BY t.name)
        FROM post_topics pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
        WHERE pt.org_id = x.org_id AND pt.post_id = x.id), '[]'),
    'media', {MEDIA.format(t="x", c="post_id")},
    'counts', (SELECT jsonb_build_object('replies', c.replies, 'boosts', c.boosts, 'favourites', c.favourites,
        'quotes', c.quotes) FROM post_counts c WHERE c.org_id = x.org_id AND c.post_id = x.id)) AS record
FROM posts x JOIN accounts a ON a.org_id = x.org_id AND a.id = x.account_id
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.created_at")}
AND {ACCOUNTS.format(c="x.account_id")} AND {GROUPS.format(c="x.group_id")}
ORDER BY x.id LIMIT %(most)s
"""
EDIT_ROWS = f"""
SELECT x.id, jsonb_build_object('post_id', x.post_id::text, 'author', {AUTHOR}, 'group_id', p.group_id::text,
    'text', x.source, 'html', x.html, 'spoiler', x.spoiler, 'sensitive', x.sensitive, 'media', x.media,
    'poll', x.poll, 'created_at', x.created_at) AS record
FROM post_edits x JOIN posts p ON p.org_id = x.org_id AND p.id = x.post_id
JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.created_at")}
AND {ACCOUNTS.format(c="p.account_id")} AND {GROUPS.format(c="p.group_id")}
ORDER BY x.id LIMIT %(most)s
"""
DELETION_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'account_id', x.account_id::text, 'deleted_at', x.deleted_at,
    'deleted_by', x.deleted_by::text, 'held', x.holds <> '{{}}', 'snapshot', x.snapshot) AS record
FROM deleted_posts x
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.deleted_at")} AND {ACCOUNTS.format(c="x.account_id")}
AND {GROUPS.format(c="(x.snapshot->>'group_id')::bigint")}
ORDER BY x.id LIMIT %(most)s
"""
READERS = """coalesce((SELECT jsonb_agg(jsonb_build_object('id', b.id::text, 'handle', b.handle) ORDER BY b.id)
    FROM message_readers r JOIN accounts b ON b.org_id = r.org_id AND b.id = r.account_id
    WHERE r.org_id = x.org_id AND r.message_id = x.id), '[]')"""
OF_READERS = """(%(accounts)s::bigint[] = '{}' OR EXISTS (SELECT FROM message_readers r WHERE r.org_id = x.org_id
    AND r.message_id = {id} AND r.account_id = ANY (%(accounts)s::bigint[])))"""
MESSAGE_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'conversation_id', x.conversation_id::text, 'author', {AUTHOR},
    'participants', {READERS}, 'parent_id', x.reply_to_id::text, 'text', x.source, 'html', x.html,
    'spoiler', x.spoiler, 'language', x.language, 'created_at', x.created_at, 'edited_at', x.edited_at,
    'media', {MEDIA.format(t="x", c="message_id")}) AS record
FROM messages x JOIN accounts a ON a.org_id = x.org_id AND a.id = x.account_id
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.created_at")} AND {WHOLE} AND {OF_READERS.replace("{id}", "x.id")}
ORDER BY x.id LIMIT %(most)s
"""
MESSAGE_EDIT_ROWS = f"""
SELECT x.id, jsonb_build_object('message_id', x.message_id::text, 'text', x.source, 'html', x.html,
    'spoiler', x.spoiler, 'created_at', x.created_at) AS record
FROM message_edits x
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.created_at")} AND {WHOLE}
AND {OF_READERS.replace("{id}", "x.message_id")}
ORDER BY x.id LIMIT %(most)s
"""
DELETED_MESSAGE_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'account_id', x.account_id::text, 'deleted_at', x.deleted_at,
    'held', x.holds <> '{{}}', 'participant_ids', x.reader_ids, 'snapshot', x.snapshot) AS record
FROM deleted_messages x
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.deleted_at")} AND {WHOLE}
AND (%(accounts)s::bigint[] = '{{}}' OR x.reader_ids && %(accounts)s::bigint[])
ORDER BY x.id LIMIT %(most)s
"""
POLL_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'post_id', x.post_id::text, 'options', x.options,
    'tallies', x.tallies, 'multiple', x.multiple, 'expires_at', x.expires_at,
    'votes', coalesce((SELECT jsonb_agg(jsonb_build_object('account', {WHO.format(a="b")}, 'choice', v.choice))
        FROM poll_votes v JOIN accounts b ON b.org_id = v.org_id AND b.id = v.account_id
        WHERE v.org_id = x.org_id AND v.poll_id = x.id), '[]')) AS record
FROM polls x JOIN posts p ON p.org_id = x.org_id AND p.id = x.post_id
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="p.created_at")}
AND {ACCOUNTS.format(c="p.account_id")} AND {GROUPS.format(c="p.group_id")}
ORDER BY x.id LIMIT %(most)s
"""
REACTION_ROWS = f"""
SELECT x.id, jsonb_build_object('kind', 'favourite', 'post_id', x.post_id::text, 'account', {AUTHOR}) AS record
FROM favourites x JOIN accounts a ON a.org_id = x.org_id AND a.id = x.account_id
JOIN posts p ON p.org_id = x.org_id AND p.id = x.post_id
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="p.created_at")}
AND {ACCOUNTS.format(c="x.account_id")} AND {GROUPS.format(c="p.group_id")}
ORDER BY x.id LIMIT %(most)s
"""
AUDIT_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'actor_id', x.actor_id::text, 'verb', x.verb,
    'target_type', x.target_type, 'target_id', x.target_id::text, 'details', x.details,
    'created_at', x.created_at) AS record
FROM admin_log x
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.created_at")}
AND (%(accounts)s::bigint[] = '{{}}' OR x.actor_id = ANY (%(accounts)s) OR x.target_id = ANY (%(accounts)s))
AND ({WHOLE} OR x.target_id = ANY (%(groups)s::bigint[]))
ORDER BY x.id LIMIT %(most)s
"""
HELD_ROWS = f"""
SELECT x.id, jsonb_build_object('kind', x.kind, 'subject_id', x.subject_id::text, 'record', x.record,
    'kept_at', x.kept_at) AS record
FROM held_records x
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.kept_at")} AND {ACCOUNTS.format(c="x.account_id")} AND {WHOLE}
ORDER BY x.id LIMIT %(most)s
"""
MEDIA_ROWS = f"""
SELECT x.id, torg_media_record(x) || jsonb_build_object('id', x.id::text, 'account_id', x.account_id::text,
    'post_id', x.post_id::text, 'message_id', x.message_id::text) AS record
FROM media x LEFT JOIN posts p ON p.org_id = x.org_id AND p.id = x.post_id
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.created_at")} AND {ACCOUNTS.format(c="x.account_id")}
AND {GROUPS.format(c="p.group_id")} AND x.original_key IS NOT NULL
ORDER BY x.id LIMIT %(most)s
"""
KEPT_MEDIA_ROWS = f"""
SELECT x.id, x.record || jsonb_build_object('id', x.id::text, 'account_id', x.account_id::text,
    'post_id', x.post_id::text, 'message_id', x.message_id::text, 'held', x.holds <> '{{}}') AS record
FROM kept_media x
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.kept_at")} AND {ACCOUNTS.format(c="x.account_id")}
AND ({WHOLE} OR EXISTS (SELECT FROM posts p WHERE p.org_id = x.org_id AND p.id = x.post_id
        AND p.group_id = ANY (%(groups)s::bigint[]))
    OR EXISTS (SELECT FROM deleted_posts d WHERE d.org_id = x.org_id AND d.id = x.post_id
        AND (d.snapshot->>'group_id')::bigint = ANY (%(groups)s::bigint[])))
ORDER BY x.id LIMIT %(most)s
"""

# Posts before their deletions: what is deleted while the export runs is found among the latter.
SECTIONS: tuple[Section, ...] = (
    Section(name="accounts", sql=ACCOUNT_ROWS),
    Section(name="groups", sql=GROUP_ROWS),
    Section(name="memberships", sql=MEMBERSHIP_ROWS),
    Section(name="posts", sql=POST_ROWS),
    Section(name="edits", sql=EDIT_ROWS),
    Section(name="polls", sql=POLL_ROWS),
    Section(name="reactions", sql=REACTION_ROWS),
    *work.SECTIONS,
    Section(name="messages", sql=MESSAGE_ROWS),
    Section(name="message_edits", sql=MESSAGE_EDIT_ROWS),
    Section(name="media", sql=MEDIA_ROWS, media=True),
    Section(name="deletions", sql=DELETION_ROWS),
    Section(name="message_deletions", sql=DELETED_MESSAGE_ROWS),
    Section(name="deleted_media", sql=KEPT_MEDIA_ROWS, media=True),
    Section(name="held", sql=HELD_ROWS),
    Section(name="audit", sql=AUDIT_ROWS),
)
