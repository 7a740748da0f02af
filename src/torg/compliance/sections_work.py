"""The sections of an export that tell of what colleagues use: what hangs on posts, and the directory; as `sections`."""

from __future__ import annotations

from torg.compliance.section import ACCOUNTS, AUTHOR, GROUPS, HERE, OF_TIME, WHO, WHOLE, Section

# What hangs on a post has its id, and is cut as the post is.
WITH_POST = f"""JOIN posts p ON p.org_id = x.org_id AND p.id = x.id
LEFT JOIN accounts a ON a.org_id = x.org_id AND a.id = {{author}}
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.created_at")} AND {GROUPS.format(c="p.group_id")}"""
ORDER = "ORDER BY x.id LIMIT %(most)s"
PERSON = f"(SELECT {WHO.format(a='b')} FROM accounts b WHERE b.org_id = x.org_id AND b.id = {{c}})"

MUST_SEE_ROWS = f"""
SELECT x.id, jsonb_build_object('post_id', x.id::text, 'sender', {AUTHOR}, 'group_id', p.group_id::text,
    'ends_at', x.ends_at, 'email', x.email, 'remind_at', x.remind_at, 'created_at', x.created_at,
    'readers', coalesce((SELECT jsonb_agg(jsonb_build_object('account', {WHO.format(a="b")}, 'told_at', r.told_at,
            'mailed_at', r.mailed_at, 'reminded_at', r.reminded_at, 'read_at', r.read_at) ORDER BY b.id)
        FROM must_see_readers r JOIN accounts b ON b.org_id = r.org_id AND b.id = r.account_id
        WHERE r.org_id = x.org_id AND r.must_see_id = x.id), '[]')) AS record
FROM must_see x {WITH_POST.replace("{author}", "x.sender_id")}
AND (%(accounts)s::bigint[] = '{{}}' OR x.sender_id = ANY (%(accounts)s) OR EXISTS (SELECT FROM must_see_readers r
    WHERE r.org_id = x.org_id AND r.must_see_id = x.id AND r.account_id = ANY (%(accounts)s)))
{ORDER}
"""
FEATURED_ROWS = f"""
SELECT x.id, jsonb_build_object('post_id', x.id::text, 'pinned_by', {PERSON.replace("{c}", "x.pinned_by")},
    'ends_at', x.ends_at, 'created_at', x.created_at) AS record
FROM featured_threads x {WITH_POST.replace("{author}", "p.account_id")} AND {ACCOUNTS.format(c="p.account_id")}
{ORDER}
"""
PRAISE_ROWS = f"""
SELECT x.id, jsonb_build_object('post_id', x.id::text, 'from', {AUTHOR}, 'badge', x.badge,
    'created_at', x.created_at, 'to', coalesce((SELECT jsonb_agg({WHO.format(a="b")} ORDER BY b.id)
        FROM praised r JOIN accounts b ON b.org_id = r.org_id AND b.id = r.account_id
        WHERE r.org_id = x.org_id AND r.praise_id = x.id), '[]')) AS record
FROM praise x {WITH_POST.replace("{author}", "x.from_id")}
AND (%(accounts)s::bigint[] = '{{}}' OR x.from_id = ANY (%(accounts)s) OR EXISTS (SELECT FROM praised r
    WHERE r.org_id = x.org_id AND r.praise_id = x.id AND r.account_id = ANY (%(accounts)s)))
{ORDER}
"""
QUESTION_ROWS = f"""
SELECT x.id, jsonb_build_object('post_id', x.id::text, 'asker', {AUTHOR}, 'state', x.state,
    'best_answer_id', x.best_id::text, 'chosen_by', {PERSON.replace("{c}", "x.best_by")},
    'answered_at', x.answered_at, 'closed_at', x.closed_at, 'created_at', x.created_at) AS record
FROM questions x {WITH_POST.replace("{author}", "x.asker_id")} AND {ACCOUNTS.format(c="x.asker_id")}
{ORDER}
"""
EVENT_ROWS = f"""
SELECT x.id, jsonb_build_object('post_id', x.id::text, 'kind', x.kind, 'creator', {AUTHOR},
    'host', {PERSON.replace("{c}", "x.host_id")}, 'title', x.title, 'description', x.description, 'place', x.place,
    'url', x.url, 'starts_at', x.starts_at, 'ends_at', x.ends_at, 'all_day', x.all_day, 'timezone', x.timezone,
    'capacity', x.capacity, 'rsvp_until', x.rsvp_until, 'questions_from', x.questions_from,
    'questions_until', x.questions_until, 'cancelled_at', x.cancelled_at, 'created_at', x.created_at,
    'updated_at', x.updated_at,
    'rsvps', coalesce((SELECT jsonb_agg(jsonb_build_object('account', {WHO.format(a="b")}, 'answer', r.answer,
            'answered_at', r.answered_at) ORDER BY r.id)
        FROM event_rsvps r JOIN accounts b ON b.org_id = r.org_id AND b.id = r.account_id
        WHERE r.org_id = x.org_id AND r.event_id = x.id), '[]'),
    'hidden_questions', ARRAY(SELECT h.question_id::text FROM ama_hidden h
        WHERE h.org_id = x.org_id AND h.event_id = x.id ORDER BY h.question_id)) AS record
FROM calendar_events x {WITH_POST.replace("{author}", "x.creator_id")}
AND (%(accounts)s::bigint[] = '{{}}' OR x.creator_id = ANY (%(accounts)s) OR EXISTS (SELECT FROM event_rsvps r
    WHERE r.org_id = x.org_id AND r.event_id = x.id AND r.account_id = ANY (%(accounts)s)))
{ORDER}
"""
DELEGATION_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'account', {AUTHOR},
    'delegate', {PERSON.replace("{c}", "x.delegate_id")}, 'granted_by', {PERSON.replace("{c}", "x.granted_by")},
    'rights', x.rights, 'owner', x.owner, 'signature', x.signature, 'ends_at', x.ends_at, 'ended_at', x.ended_at,
    'created_at', x.created_at) AS record
FROM delegations x JOIN accounts a ON a.org_id = x.org_id AND a.id = x.account_id
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.created_at")} AND {WHOLE}
AND (%(accounts)s::bigint[] = '{{}}' OR x.account_id = ANY (%(accounts)s) OR x.delegate_id = ANY (%(accounts)s))
{ORDER}
"""
PROFILE_ROWS = f"""
SELECT x.id, jsonb_build_object('account', {WHO.format(a="x")}, 'title', c.title, 'department', c.department,
    'location', c.location, 'phone', c.phone, 'email', c.email, 'pronouns', c.pronouns, 'birthday', c.birthday,
    'others', c.others, 'updated_at', c.updated_at,
    'manager', (SELECT {WHO.format(a="b")} FROM managers m JOIN accounts b ON b.org_id = m.org_id
        AND b.id = m.manager_id WHERE m.org_id = x.org_id AND m.account_id = x.id),
    'expertise', coalesce((SELECT jsonb_agg(jsonb_build_object('name', e.name, 'listed', e.listed, 'endorsed_by',
            ARRAY(SELECT n.by_id::text FROM expertise_endorsements n WHERE n.org_id = e.org_id
                AND n.account_id = e.account_id AND n.key = e.key ORDER BY n.by_id)) ORDER BY e.position, e.key)
        FROM expertise e WHERE e.org_id = x.org_id AND e.account_id = x.id), '[]')) AS record
FROM accounts x LEFT JOIN colleague_profiles c ON c.org_id = x.org_id AND c.account_id = x.id
WHERE {HERE.format(t="x")} AND x.host = '' AND x.kind <> 'group' AND {ACCOUNTS.format(c="x.id")}
AND (c.account_id IS NOT NULL
    OR EXISTS (SELECT FROM expertise e WHERE e.org_id = x.org_id AND e.account_id = x.id)
    OR EXISTS (SELECT FROM managers m WHERE m.org_id = x.org_id AND m.account_id = x.id))
AND ({WHOLE} OR EXISTS (SELECT FROM follows f WHERE f.org_id = x.org_id AND f.account_id = x.id
    AND f.target_id = ANY (%(groups)s::bigint[])))
{ORDER}
"""
SIDE_THREAD_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'public_thread_id', x.public_thread_id::text,
    'public_text', x.public_text, 'public_acct', x.public_acct, 'group_id', x.group_id::text,
    'post_id', x.root_post_id::text, 'opened_by', {PERSON.replace("{c}", "x.opened_by")},
    'created_at', x.created_at) AS record
FROM side_threads x
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.created_at")} AND {ACCOUNTS.format(c="x.opened_by")}
AND {GROUPS.format(c="x.group_id")}
{ORDER}
"""
PROMOTION_ROWS = f"""
SELECT x.id, jsonb_build_object('id', x.id::text, 'state', x.state, 'source_post_id', x.source_post_id::text,
    'source_author', {PERSON.replace("{c}", "x.source_account_id")},
    'requested_by', {PERSON.replace("{c}", "x.requested_by")}, 'decided_by', {PERSON.replace("{c}", "x.decided_by")},
    'face_id', x.face_id::text, 'original', x.original, 'text', x.text, 'spoiler', x.spoiler,
    'redactions', x.redactions, 'media', x.media, 'credit', x.credit, 'digest', x.digest, 'reason', x.reason,
    'public_post_id', x.public_post_id::text, 'created_at', x.created_at, 'submitted_at', x.submitted_at,
    'decided_at', x.decided_at) AS record
FROM promotions x LEFT JOIN posts p ON p.org_id = x.org_id AND p.id = x.source_post_id
WHERE {HERE.format(t="x")} AND {OF_TIME.format(t="x.created_at")} AND {GROUPS.format(c="p.group_id")}
AND (%(accounts)s::bigint[] = '{{}}'
    OR ARRAY[x.source_account_id, x.requested_by, x.decided_by] && %(accounts)s::bigint[])
{ORDER}
"""
TOPIC_FOLLOW_ROWS = f"""
SELECT x.id, jsonb_build_object('account', {AUTHOR}, 'topic', t.name) AS record
FROM tag_follows x JOIN tags t ON t.org_id = x.org_id AND t.id = x.tag_id
JOIN accounts a ON a.org_id = x.org_id AND a.id = x.account_id
WHERE {HERE.format(t="x")} AND {ACCOUNTS.format(c="x.account_id")} AND {WHOLE}
{ORDER}
"""

SECTIONS: tuple[Section, ...] = (
    Section(name="must_see", sql=MUST_SEE_ROWS),
    Section(name="featured", sql=FEATURED_ROWS),
    Section(name="praise", sql=PRAISE_ROWS),
    Section(name="questions", sql=QUESTION_ROWS),
    Section(name="events", sql=EVENT_ROWS),
    Section(name="delegations", sql=DELEGATION_ROWS),
    Section(name="directory", sql=PROFILE_ROWS),
    Section(name="side_threads", sql=SIDE_THREAD_ROWS),
    Section(name="promotions", sql=PROMOTION_ROWS),
    Section(name="topic_follows", sql=TOPIC_FOLLOW_ROWS),
)
