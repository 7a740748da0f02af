"""What the archive of own data holds of life inside: directory, praise, questions, events, delegation, marks."""

from __future__ import annotations

OWN = "x.org_id = %(org)s AND x.network_id = %(network)s AND x.account_id = %(me)s"
HERE = "x.org_id = %(org)s AND x.network_id = %(network)s"
POST = """%(origin)s || '/users/' || (SELECT w.handle FROM accounts w
    WHERE w.org_id = p.org_id AND w.id = p.account_id) || '/statuses/' || p.id"""
OF_POST = "JOIN posts p ON p.org_id = x.org_id AND p.id = x.{id}"
NAME = "(SELECT b.handle FROM accounts b WHERE b.org_id = x.org_id AND b.id = {c})"
PERSON = "(SELECT m.person_id FROM accounts m WHERE m.org_id = %(org)s AND m.id = %(me)s)"

WORK = {
    "profile_fields": f"""
SELECT jsonb_build_object('name', x.name, 'label', x.label, 'value', x.value, 'faces', x.faces,
    'updated_at', x.updated_at) AS record
FROM person_fields x WHERE {HERE} AND x.person_id = {PERSON} ORDER BY x.position, x.name, x.label""",
    "directory": f"""
SELECT to_jsonb(x) - 'org_id' - 'network_id' - 'account_id' - 'doc' || jsonb_build_object('manager',
    (SELECT b.handle FROM managers m JOIN accounts b ON b.org_id = m.org_id AND b.id = m.manager_id
     WHERE m.org_id = x.org_id AND m.account_id = x.account_id)) AS record FROM colleague_profiles x WHERE {OWN}""",
    "expertise": f"""
SELECT jsonb_build_object('name', x.name, 'listed', x.listed, 'endorsed_by', ARRAY(
    SELECT b.handle FROM expertise_endorsements e JOIN accounts b ON b.org_id = e.org_id AND b.id = e.by_id
    WHERE e.org_id = x.org_id AND e.account_id = x.account_id AND e.key = x.key ORDER BY b.id)) AS record
FROM expertise x WHERE {OWN} ORDER BY x.position, x.key""",
    "endorsements_given": f"""
SELECT jsonb_build_object('handle', {NAME.format(c="x.account_id")}, 'expertise', x.key,
    'created_at', x.created_at) AS record
FROM expertise_endorsements x WHERE {HERE} AND x.by_id = %(me)s ORDER BY x.account_id, x.key""",
    "praise_given": f"""
SELECT jsonb_build_object('badge', x.badge, 'post', {POST}, 'created_at', x.created_at, 'to', ARRAY(
    SELECT b.handle FROM praised r JOIN accounts b ON b.org_id = r.org_id AND b.id = r.account_id
    WHERE r.org_id = x.org_id AND r.praise_id = x.id ORDER BY b.id)) AS record
FROM praise x {OF_POST.format(id="id")} WHERE {HERE} AND x.from_id = %(me)s ORDER BY x.id""",
    "praise_received": f"""
SELECT jsonb_build_object('badge', g.badge, 'from', {NAME.format(c="g.from_id")}, 'post', {POST},
    'created_at', g.created_at) AS record
FROM praised x JOIN praise g ON g.org_id = x.org_id AND g.id = x.praise_id {OF_POST.format(id="praise_id")}
WHERE {OWN} ORDER BY x.praise_id""",
    "questions": f"""
SELECT jsonb_build_object('post', {POST}, 'state', x.state, 'answered_at', x.answered_at, 'closed_at', x.closed_at,
    'created_at', x.created_at) AS record
FROM questions x {OF_POST.format(id="id")} WHERE {HERE} AND x.asker_id = %(me)s ORDER BY x.id""",
    "events": f"""
SELECT to_jsonb(x) - 'org_id' - 'network_id' - 'creator_id' - 'host_id' || jsonb_build_object('id', x.id::text,
    'post', {POST}) AS record
FROM calendar_events x {OF_POST.format(id="id")} WHERE {HERE} AND x.creator_id = %(me)s ORDER BY x.id""",
    "event_answers": f"""
SELECT jsonb_build_object('event', c.title, 'starts_at', c.starts_at, 'post', {POST}, 'answer', x.answer,
    'mail_reminder', x.mail_reminder, 'answered_at', x.answered_at) AS record
FROM event_rsvps x JOIN calendar_events c ON c.org_id = x.org_id AND c.id = x.event_id
{OF_POST.format(id="event_id")} WHERE {OWN} ORDER BY x.id""",
    "delegations": f"""
SELECT jsonb_build_object('for', {NAME.format(c="x.account_id")}, 'delegate', {NAME.format(c="x.delegate_id")},
    'rights', x.rights, 'owner', x.owner, 'signature', x.signature, 'ends_at', x.ends_at, 'ended_at', x.ended_at,
    'created_at', x.created_at) AS record
FROM delegations x WHERE {HERE} AND %(me)s IN (x.account_id, x.delegate_id) ORDER BY x.id""",
    "digest": f"""
SELECT jsonb_build_object('every', x.every, 'hour', x.hour, 'weekday', x.weekday, 'time_zone', x.zone,
    'chosen', x.chosen) AS record FROM digest_plans x WHERE {OWN}""",
    "read_marks": f"""
SELECT jsonb_build_object('place', x.place, 'id', x.subject_id::text, 'last_read_id', x.last_read_id::text,
    'updated_at', x.updated_at) AS record FROM read_marks x WHERE {OWN} ORDER BY x.place, x.subject_id""",
    "must_see": f"""
SELECT jsonb_build_object('post', {POST}, 'told_at', x.told_at, 'read_at', x.read_at) AS record
FROM must_see_readers x {OF_POST.format(id="must_see_id")} WHERE {OWN} ORDER BY x.must_see_id""",
    "usage_policies_accepted": f"""
SELECT jsonb_build_object('version', x.version, 'accepted_at', x.accepted_at) AS record
FROM usage_acceptances x WHERE {OWN} ORDER BY x.version""",
    "refused_addresses": f"""
SELECT jsonb_build_object('day', x.day, 'ip', host(x.ip), 'requests', x.requests) AS record
FROM refused_addresses x WHERE {OWN} ORDER BY x.day, x.ip""",
    "promotions": f"""
SELECT jsonb_build_object('state', x.state, 'text', x.text, 'spoiler', x.spoiler, 'created_at', x.created_at) AS record
FROM promotions x WHERE {HERE} AND %(me)s IN (x.requested_by, x.source_account_id) ORDER BY x.id""",
}
