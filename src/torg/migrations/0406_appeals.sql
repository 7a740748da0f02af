-- A warning can be objected to once; the objection and what became of it stand with the warning.
ALTER TABLE warnings ADD COLUMN appeal text, ADD COLUMN appealed_at timestamptz, ADD COLUMN appeal_decided_at timestamptz,
    ADD COLUMN appeal_approved boolean;
