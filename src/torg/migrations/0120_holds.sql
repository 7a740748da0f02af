-- Legal hold: what matches a hold is copied whole before it goes, by triggers, so that no path of code can forget it.

CREATE TABLE legal_holds (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    reason text NOT NULL DEFAULT '',
    kind text NOT NULL CHECK (kind IN ('person', 'group', 'tag', 'network', 'search')),
    account_ids bigint[] NOT NULL DEFAULT '{}', -- person: all faces at the time; a later face is found by person_id
    person_id bigint,
    group_id bigint,
    tag text,                                   -- lower case
    expression text,                            -- as websearch_to_tsquery reads it
    starts_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz,
    released_at timestamptz,
    extended_at timestamptz,                    -- when it was laid on what had been deleted before it began
    settled_at timestamptz,                     -- when what it alone held became due
    created_by bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX legal_holds_network ON legal_holds (org_id, network_id, id);
CREATE INDEX legal_holds_open ON legal_holds (org_id) WHERE settled_at IS NULL;
SELECT secure_content('legal_holds');

-- Of what is gone: which holds keep it. Empty: its own time decides.
ALTER TABLE deleted_posts ADD COLUMN holds bigint[] NOT NULL DEFAULT '{}';
CREATE INDEX deleted_posts_account ON deleted_posts (org_id, account_id);
CREATE INDEX deleted_posts_time ON deleted_posts (org_id, network_id, deleted_at);

CREATE TABLE deleted_messages (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    reader_ids bigint[] NOT NULL,
    snapshot jsonb NOT NULL,
    holds bigint[] NOT NULL DEFAULT '{}',
    deleted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id)
);
CREATE INDEX deleted_messages_account ON deleted_messages (org_id, account_id);
CREATE INDEX deleted_messages_time ON deleted_messages (org_id, network_id, deleted_at);
SELECT secure_content('deleted_messages');

-- Attachments taken off: their record, and the keys of files that the sweep must leave while `holds` is not empty.
CREATE TABLE kept_media (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    post_id bigint,
    message_id bigint,
    record jsonb NOT NULL,
    keys text[] NOT NULL,
    holds bigint[] NOT NULL DEFAULT '{}',
    kept_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id)
);
CREATE INDEX kept_media_post ON kept_media (org_id, post_id) WHERE post_id IS NOT NULL;
CREATE INDEX kept_media_message ON kept_media (org_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX kept_media_account ON kept_media (org_id, account_id);
CREATE INDEX kept_media_keys ON kept_media USING gin (keys) WHERE holds <> '{}';
SELECT secure_content('kept_media');

-- What else a hold keeps: profiles of accounts that were erased, polls that an edit replaced with their votes.
CREATE TABLE held_records (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL CHECK (kind IN ('account', 'poll')),
    subject_id bigint NOT NULL,
    account_id bigint NOT NULL,
    record jsonb NOT NULL,
    holds bigint[] NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id)
);
CREATE INDEX held_records_account ON held_records (org_id, account_id);
SELECT secure_content('held_records');

CREATE INDEX deleted_posts_held ON deleted_posts (org_id) WHERE holds <> '{}';
CREATE INDEX deleted_messages_held ON deleted_messages (org_id) WHERE holds <> '{}';
CREATE INDEX kept_media_held ON kept_media (org_id) WHERE holds <> '{}';

-- A member's own transaction sees nothing of it, so that nobody can find out that he or she is held.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['legal_holds', 'deleted_posts', 'deleted_messages', 'kept_media', 'held_records'] LOOP
        EXECUTE format('CREATE POLICY overseers ON %I AS RESTRICTIVE FOR SELECT TO torg_app '
            'USING ((SELECT torg_viewer()) IS NULL)', t);
    END LOOP;
END $$;

-- The open holds on something of these accounts, in this group, with these tags and words. A person's hold follows
-- him or her through all networks of the organisation; the others are of one network.
CREATE FUNCTION torg_holds(org bigint, network bigint, accounts_ bigint[], group_ bigint, tags_ text[], words text)
    RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(h.id ORDER BY h.id), '{}') FROM public.legal_holds h
    WHERE h.org_id = org AND h.settled_at IS NULL AND h.released_at IS NULL AND h.starts_at <= now()
    AND (h.ends_at IS NULL OR h.ends_at > now())
    AND CASE h.kind
        WHEN 'person' THEN h.account_ids && accounts_ OR EXISTS (SELECT FROM public.accounts a WHERE a.org_id = org
            AND a.id = ANY (accounts_) AND a.person_id = h.person_id)
        WHEN 'network' THEN h.network_id = network
        WHEN 'group' THEN h.network_id = network AND h.group_id = group_
        WHEN 'tag' THEN h.network_id = network AND h.tag = ANY (tags_)
        ELSE h.network_id = network AND words IS NOT NULL
            AND to_tsvector('simple', words) @@ websearch_to_tsquery('simple', h.expression) END
$$;

CREATE FUNCTION torg_post_holds(p posts) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.legal_holds h WHERE h.org_id = p.org_id AND h.settled_at IS NULL) THEN
        RETURN '{}';
    END IF;
    RETURN public.torg_holds(p.org_id, p.network_id, ARRAY[p.account_id], p.group_id,
        ARRAY(SELECT t.name FROM public.post_tags pt JOIN public.tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
              WHERE pt.org_id = p.org_id AND pt.post_id = p.id),
        -- Every version counts: what was edited away is held as well.
        concat_ws(' ', p.source, p.spoiler, regexp_replace(p.html, '<[^>]*>', ' ', 'g'),
            (SELECT string_agg(e.source || ' ' || e.spoiler, ' ') FROM public.post_edits e
             WHERE e.org_id = p.org_id AND e.post_id = p.id),
            (SELECT string_agg(array_to_string(q.options, ' '), ' ') FROM public.polls q
             WHERE q.org_id = p.org_id AND q.post_id = p.id),
            (SELECT string_agg(m.description, ' ') FROM public.media m
             WHERE m.org_id = p.org_id AND m.post_id = p.id)));
END $$;

CREATE FUNCTION torg_message_holds(m messages) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.legal_holds h WHERE h.org_id = m.org_id AND h.settled_at IS NULL) THEN
        RETURN '{}';
    END IF;
    RETURN public.torg_holds(m.org_id, m.network_id,
        m.account_id || ARRAY(SELECT r.account_id FROM public.message_readers r
                              WHERE r.org_id = m.org_id AND r.message_id = m.id),
        NULL,
        ARRAY(SELECT DISTINCT lower(hit[1]) FROM regexp_matches(m.source, '#(\w+)', 'g') AS hit),
        concat_ws(' ', m.source, m.spoiler,
            (SELECT string_agg(e.source || ' ' || e.spoiler, ' ') FROM public.message_edits e
             WHERE e.org_id = m.org_id AND e.message_id = m.id)));
END $$;

-- An attachment as it is told in snapshots.
CREATE FUNCTION torg_media_record(m media) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('id', m.id, 'kind', m.kind, 'description', m.description,
        'mime', m.mime, 'size', m.size, 'key', m.original_key, 'preview_key', m.preview_key, 'position', m.position,
        'created_at', m.created_at))
$$;

-- Everything about a post, for when it goes: author, group, thread, versions, files, poll with votes, reactions.
CREATE FUNCTION torg_post_snapshot(p posts) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT to_jsonb(p) || jsonb_build_object(
        'author', (SELECT jsonb_build_object('handle', a.handle, 'display_name', a.display_name)
                   FROM public.accounts a WHERE a.org_id = p.org_id AND a.id = p.account_id),
        'group', (SELECT a.handle FROM public.accounts a WHERE a.org_id = p.org_id AND a.id = p.group_id),
        'mentions', ARRAY(SELECT a.handle FROM public.post_mentions m JOIN public.accounts a ON a.org_id = m.org_id
                          AND a.id = m.account_id WHERE m.org_id = p.org_id AND m.post_id = p.id ORDER BY a.id),
        'tags', ARRAY(SELECT t.name FROM public.post_tags pt JOIN public.tags t ON t.org_id = pt.org_id
                      AND t.id = pt.tag_id WHERE pt.org_id = p.org_id AND pt.post_id = p.id ORDER BY t.name),
        'edits', coalesce((SELECT jsonb_agg(to_jsonb(e) - 'org_id' - 'network_id' ORDER BY e.id) FROM public.post_edits e
                  WHERE e.org_id = p.org_id AND e.post_id = p.id), '[]'),
        'media', coalesce((SELECT jsonb_agg(public.torg_media_record(m) ORDER BY m.position, m.id) FROM public.media m
                  WHERE m.org_id = p.org_id AND m.post_id = p.id), '[]')
            || coalesce((SELECT jsonb_agg(k.record ORDER BY k.id) FROM public.kept_media k
                         WHERE k.org_id = p.org_id AND k.post_id = p.id), '[]'),
        'poll', (SELECT jsonb_build_object('options', q.options, 'tallies', q.tallies, 'multiple', q.multiple,
                    'votes', coalesce((SELECT jsonb_agg(jsonb_build_array(v.account_id, v.choice))
                        FROM public.poll_votes v WHERE v.org_id = q.org_id AND v.poll_id = q.id), '[]'))
                 FROM public.polls q WHERE q.org_id = p.org_id AND q.post_id = p.id),
        'favourited_by', ARRAY(SELECT f.account_id FROM public.favourites f WHERE f.org_id = p.org_id
                               AND f.post_id = p.id ORDER BY f.id))
$$;

-- The snapshot that the code wrote becomes whole; a held post that goes by any other way gets one.
CREATE FUNCTION torg_keep_post() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE held bigint[] := public.torg_post_holds(OLD);
BEGIN
    IF held <> '{}' THEN
        INSERT INTO public.deleted_posts (org_id, network_id, id, account_id, snapshot, holds)
            VALUES (OLD.org_id, OLD.network_id, OLD.id, OLD.account_id, public.torg_post_snapshot(OLD), held)
            ON CONFLICT (org_id, id) DO UPDATE SET snapshot = EXCLUDED.snapshot, holds = EXCLUDED.holds;
    ELSE
        UPDATE public.deleted_posts SET snapshot = public.torg_post_snapshot(OLD)
            WHERE org_id = OLD.org_id AND id = OLD.id;
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER keep BEFORE DELETE ON posts FOR EACH ROW EXECUTE FUNCTION torg_keep_post();

-- Of messages a snapshot is taken where the organisation answers for what is said (not on its public network),
-- and wherever one is held.
CREATE FUNCTION torg_keep_message() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE held bigint[] := public.torg_message_holds(OLD);
BEGIN
    IF held <> '{}' OR EXISTS (SELECT FROM public.networks n WHERE n.org_id = OLD.org_id AND n.id = OLD.network_id
                               AND n.kind <> 'public') THEN
        INSERT INTO public.deleted_messages (org_id, network_id, id, account_id, reader_ids, snapshot, holds)
            VALUES (OLD.org_id, OLD.network_id, OLD.id, OLD.account_id,
                ARRAY(SELECT r.account_id FROM public.message_readers r WHERE r.org_id = OLD.org_id
                      AND r.message_id = OLD.id ORDER BY r.account_id),
                to_jsonb(OLD) || jsonb_build_object(
                    'author', (SELECT a.handle FROM public.accounts a WHERE a.org_id = OLD.org_id
                               AND a.id = OLD.account_id),
                    'edits', coalesce((SELECT jsonb_agg(to_jsonb(e) - 'org_id' - 'network_id' ORDER BY e.id)
                        FROM public.message_edits e WHERE e.org_id = OLD.org_id AND e.message_id = OLD.id), '[]'),
                    'media', coalesce((SELECT jsonb_agg(k.record ORDER BY k.id) FROM public.kept_media k
                        WHERE k.org_id = OLD.org_id AND k.message_id = OLD.id), '[]')),
                held)
            ON CONFLICT (org_id, id) DO NOTHING;
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER keep BEFORE DELETE ON messages FOR EACH ROW EXECUTE FUNCTION torg_keep_message();

-- An attachment leaves its post or message, or goes with its account.
CREATE FUNCTION torg_keep_media() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE held bigint[];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.post_id IS NOT DISTINCT FROM NEW.post_id
        AND OLD.message_id IS NOT DISTINCT FROM NEW.message_id THEN
        RETURN NEW;
    END IF;
    IF OLD.post_id IS NOT NULL THEN
        held := coalesce((SELECT public.torg_post_holds(p) FROM public.posts p
                          WHERE p.org_id = OLD.org_id AND p.id = OLD.post_id),
                         (SELECT d.holds FROM public.deleted_posts d
                          WHERE d.org_id = OLD.org_id AND d.id = OLD.post_id), '{}');
    ELSIF OLD.message_id IS NOT NULL THEN
        held := coalesce((SELECT public.torg_message_holds(m) FROM public.messages m
                          WHERE m.org_id = OLD.org_id AND m.id = OLD.message_id),
                         (SELECT d.holds FROM public.deleted_messages d
                          WHERE d.org_id = OLD.org_id AND d.id = OLD.message_id), '{}');
    ELSIF TG_OP = 'DELETE' THEN
        held := public.torg_holds(OLD.org_id, OLD.network_id, ARRAY[OLD.account_id], NULL, '{}', OLD.description);
    END IF;
    IF held <> '{}' OR OLD.post_id IS NOT NULL OR OLD.message_id IS NOT NULL THEN
        INSERT INTO public.kept_media AS k
            (org_id, network_id, id, account_id, post_id, message_id, record, keys, holds)
            VALUES (OLD.org_id, OLD.network_id, OLD.id, OLD.account_id, OLD.post_id, OLD.message_id,
                public.torg_media_record(OLD),
                array_remove(ARRAY[OLD.original_key, OLD.preview_key, OLD.source_key], NULL), held)
            ON CONFLICT (org_id, id) DO UPDATE SET holds = ARRAY(SELECT DISTINCT unnest(k.holds || EXCLUDED.holds));
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep BEFORE DELETE OR UPDATE OF post_id, message_id ON media
    FOR EACH ROW EXECUTE FUNCTION torg_keep_media();

-- A poll that an edit replaces, with its votes.
CREATE FUNCTION torg_keep_poll() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE held bigint[];
BEGIN
    SELECT public.torg_post_holds(p) INTO held FROM public.posts p WHERE p.org_id = OLD.org_id AND p.id = OLD.post_id;
    IF held <> '{}' THEN
        INSERT INTO public.held_records (org_id, network_id, kind, subject_id, account_id, record, holds)
            VALUES (OLD.org_id, OLD.network_id, 'poll', OLD.post_id, OLD.account_id,
                to_jsonb(OLD) || jsonb_build_object('votes', coalesce((SELECT jsonb_agg(
                    jsonb_build_array(v.account_id, v.choice)) FROM public.poll_votes v WHERE v.org_id = OLD.org_id
                    AND v.poll_id = OLD.id), '[]')), held);
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER keep BEFORE DELETE ON polls FOR EACH ROW EXECUTE FUNCTION torg_keep_poll();

-- An account as it was, with address, ties and groups, before its name is taken away or its row goes.
CREATE FUNCTION torg_keep_account(a accounts) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE held bigint[] := public.torg_holds(a.org_id, a.network_id, ARRAY[a.id], a.id, '{}', NULL);
BEGIN
    IF held <> '{}' THEN
        INSERT INTO public.held_records (org_id, network_id, kind, subject_id, account_id, record, holds)
            VALUES (a.org_id, a.network_id, 'account', a.id, a.id, to_jsonb(a) || jsonb_build_object(
                'email', (SELECT p.email FROM public.persons p WHERE p.org_id = a.org_id AND p.id = a.person_id),
                'following', ARRAY(SELECT f.target_id FROM public.follows f WHERE f.org_id = a.org_id
                                   AND f.account_id = a.id ORDER BY f.id),
                'followers', ARRAY(SELECT f.account_id FROM public.follows f WHERE f.org_id = a.org_id
                                   AND f.target_id = a.id ORDER BY f.id)), held);
    END IF;
END $$;
CREATE FUNCTION torg_keep_gone_account() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.torg_keep_account(OLD);
    RETURN OLD;
END $$;
CREATE TRIGGER keep BEFORE DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION torg_keep_gone_account();

-- They read and write beyond what the acting member may see, so they run as torg_system (as search_posts does, 0080).
GRANT CREATE ON SCHEMA public TO torg_system;
DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
             AND proname IN ('torg_holds', 'torg_post_holds', 'torg_message_holds', 'torg_post_snapshot',
                 'torg_keep_post', 'torg_keep_message', 'torg_keep_media', 'torg_keep_poll', 'torg_keep_account',
                 'torg_keep_gone_account') LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('ALTER FUNCTION %s OWNER TO torg_system', f);
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM torg_system;
-- A member's transaction may not call them by itself: they would tell what is held.
