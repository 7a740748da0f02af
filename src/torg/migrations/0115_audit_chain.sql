-- The log of administrative acts as a chain of hashes per organisation (docs/audit-log.md).

-- The end of each chain: the row lock puts the acts of one organisation in order until they commit.
CREATE TABLE audit_heads (
    org_id bigint PRIMARY KEY,
    seq bigint NOT NULL,
    hash bytea NOT NULL
);
SELECT secure_system('audit_heads');
REVOKE INSERT, UPDATE, DELETE ON audit_heads FROM torg_system;

ALTER TABLE admin_log ADD COLUMN seq bigint, ADD COLUMN previous bytea, ADD COLUMN hash bytea;

-- The text that is hashed: all of the row but the hashes, members by length and name as jsonb orders them, ids as text.
CREATE FUNCTION torg_audit_text(l admin_log) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT jsonb_build_object(
        'org_id', l.org_id::text, 'network_id', l.network_id::text, 'seq', l.seq, 'id', l.id::text,
        'actor_id', l.actor_id::text, 'verb', l.verb, 'target_type', l.target_type, 'target_id', l.target_id::text,
        'details', l.details,
        'created_at', to_char(l.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text
$$;

-- Every row comes through here, whoever inserts it: number, hash of the row before, own hash.
CREATE FUNCTION torg_audit_append() RETURNS trigger SECURITY DEFINER SET search_path = public, pg_temp
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_heads AS h (org_id, seq, hash) VALUES (NEW.org_id, 1, '\x')
        ON CONFLICT (org_id) DO UPDATE SET seq = h.seq + 1 RETURNING h.seq, h.hash INTO NEW.seq, NEW.previous;
    NEW.hash := sha256(NEW.previous || convert_to(torg_audit_text(NEW), 'UTF8'));
    UPDATE audit_heads SET hash = NEW.hash WHERE org_id = NEW.org_id;
    RETURN NEW;
END $$;

CREATE FUNCTION torg_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only ever appended to' USING ERRCODE = 'insufficient_privilege';
END $$;

-- What is there already becomes the beginning of the chain, in the order of its ids.
ALTER TABLE admin_log NO FORCE ROW LEVEL SECURITY;
DO $$
DECLARE
    entry admin_log;
    head audit_heads;
BEGIN
    FOR entry IN SELECT * FROM admin_log ORDER BY org_id, id LOOP
        IF head.org_id IS DISTINCT FROM entry.org_id THEN
            head := (entry.org_id, 0, '\x'::bytea);
        END IF;
        entry.seq := head.seq + 1;
        entry.previous := head.hash;
        entry.hash := sha256(entry.previous || convert_to(torg_audit_text(entry), 'UTF8'));
        UPDATE admin_log SET seq = entry.seq, previous = entry.previous, hash = entry.hash
            WHERE org_id = entry.org_id AND id = entry.id;
        head := (entry.org_id, entry.seq, entry.hash);
        INSERT INTO audit_heads VALUES (head.org_id, head.seq, head.hash)
            ON CONFLICT (org_id) DO UPDATE SET seq = EXCLUDED.seq, hash = EXCLUDED.hash;
    END LOOP;
END $$;
ALTER TABLE admin_log FORCE ROW LEVEL SECURITY;
-- Before the first release the table is small, and a migration is one transaction.
-- squawk-ignore adding-not-nullable-field
ALTER TABLE admin_log ALTER COLUMN seq SET NOT NULL, ALTER COLUMN previous SET NOT NULL,
    -- squawk-ignore adding-not-nullable-field
    ALTER COLUMN hash SET NOT NULL;
CREATE UNIQUE INDEX admin_log_chain ON admin_log (org_id, seq);

CREATE TRIGGER audit_append BEFORE INSERT ON admin_log FOR EACH ROW EXECUTE FUNCTION torg_audit_append();
-- Grants keep the roles of the application from it; these keep everybody else from doing it by mistake.
CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE ON admin_log FOR EACH ROW EXECUTE FUNCTION torg_audit_refuse();
CREATE TRIGGER audit_keep_all BEFORE TRUNCATE ON admin_log FOR EACH STATEMENT EXECUTE FUNCTION torg_audit_refuse();
