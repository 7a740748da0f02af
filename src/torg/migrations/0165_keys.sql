-- The names of keys, and where actors say that they are known too, or have gone.

-- The part of a key's address after the #: a new key has a new one, so that nobody takes it for the key that he has kept.
ALTER TABLE signing_keys ADD COLUMN name text NOT NULL DEFAULT 'main-key';

ALTER TABLE remote_actors ADD COLUMN also_known_as text[] NOT NULL DEFAULT '{}';
ALTER TABLE remote_actors ADD COLUMN moved_to text;
ALTER TABLE remote_actors ADD COLUMN preferred_name text NOT NULL DEFAULT '';  -- before WebFinger had its say
