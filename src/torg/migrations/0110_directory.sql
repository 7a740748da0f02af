-- The directory: one profile per person, its copies on each face, expertise, and who reports to whom.

-- The person behind the account that reads in this transaction; NULL for nobody.
CREATE FUNCTION torg_my_person() RETURNS bigint STABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT a.person_id FROM accounts a WHERE a.org_id = (SELECT torg_org()) AND a.id = (SELECT torg_viewer())
$$;

-- What a person says once. `network_id` is where the profile is kept, the innermost face: so the wall itself keeps
-- the public side from these rows, and each face is given copies of what it shows (colleague_profiles, accounts).
CREATE TABLE person_fields (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    person_id bigint NOT NULL,
    name text NOT NULL,                         -- title, department … or 'other'
    label text NOT NULL DEFAULT '',             -- of an 'other' field, as the person calls it
    value text NOT NULL CHECK (value <> ''),
    faces text[] NOT NULL,                      -- kinds of network, and ids of particular ones
    position int NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, person_id, network_id, name, label),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, person_id) REFERENCES persons ON DELETE CASCADE
);
SELECT secure_content('person_fields');
-- Within that network they are the person's own (and those of an administrator's methods, which read as nobody).
CREATE POLICY own ON person_fields AS RESTRICTIVE TO torg_app
    USING ((SELECT torg_viewer()) IS NULL OR person_id = (SELECT torg_my_person()));

-- What a face shows of it: copies, in the network that shows them.
CREATE TABLE colleague_profiles (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    title text NOT NULL DEFAULT '',
    department text NOT NULL DEFAULT '',
    location text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    pronouns text NOT NULL DEFAULT '',
    birthday text NOT NULL DEFAULT '',
    others jsonb NOT NULL DEFAULT '[]',         -- [{label, value}]
    copied jsonb NOT NULL DEFAULT '{}',         -- what the last saving put into the account itself
    kept_here boolean NOT NULL,                 -- false: the profile is kept in a network further inside
    doc tsvector NOT NULL DEFAULT ''::tsvector, -- words to search by; names are searched where they stand
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX colleague_profiles_department ON colleague_profiles (org_id, network_id, lower(department));
SELECT secure_content('colleague_profiles');
SELECT not_for_guests('colleague_profiles');

-- What somebody knows. Not `listed`: others suggest it, and its owner has not said so yet.
CREATE TABLE expertise (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    key text NOT NULL,                          -- folded: lower case, single spaces
    name text NOT NULL,
    listed boolean NOT NULL,
    position int NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, account_id, key),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX expertise_key ON expertise (org_id, network_id, key) WHERE listed;
SELECT secure_content('expertise');
SELECT not_for_guests('expertise');

CREATE TABLE expertise_endorsements (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- who knows it
    key text NOT NULL,
    by_id bigint NOT NULL,                      -- who says so
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, account_id, key, by_id),
    FOREIGN KEY (org_id, account_id, key) REFERENCES expertise ON DELETE CASCADE,
    FOREIGN KEY (org_id, by_id) REFERENCES accounts ON DELETE CASCADE,
    CHECK (account_id <> by_id)
);
CREATE INDEX expertise_endorsements_by ON expertise_endorsements (org_id, by_id);
SELECT secure_content('expertise_endorsements');
SELECT not_for_guests('expertise_endorsements');

-- Who reports to whom, in one network. Circles are refused under a lock (directory/chart.py).
CREATE TABLE managers (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    manager_id bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, manager_id) REFERENCES accounts ON DELETE CASCADE,
    CHECK (account_id <> manager_id)
);
CREATE INDEX managers_reports ON managers (org_id, manager_id);
SELECT secure_content('managers');
SELECT not_for_guests('managers');
