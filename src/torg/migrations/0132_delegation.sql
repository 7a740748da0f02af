-- Delegates: who may post for an account that is not his or her own, and who really wrote what was posted.

CREATE TABLE delegations (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- for whom
    delegate_id bigint NOT NULL,                -- who may
    rights text[] NOT NULL CHECK (rights <@ ARRAY['post', 'schedule', 'reply', 'edit', 'delete']),
    owner boolean NOT NULL DEFAULT false,       -- of a team account: may let others in and out
    signature text NOT NULL DEFAULT '',         -- the name that the delegate chose for by-lines; '': the face's own
    face boolean,                               -- whether a by-line may show the face; NULL: as is usual in the network
    ends_at timestamptz,
    ended_at timestamptz,                       -- the row stays: by-lines are signed with it, and it can be begun anew
    granted_by bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, account_id, delegate_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, delegate_id) REFERENCES accounts ON DELETE CASCADE,
    CHECK (account_id <> delegate_id)
);
CREATE INDEX delegations_delegate ON delegations (org_id, delegate_id, id);
SELECT secure_content('delegations');
SELECT not_for_guests('delegations');

-- How an account signs what others wrote for it; NULL: shown for a team, hidden for a person.
ALTER TABLE accounts ADD COLUMN byline text CHECK (byline IN ('shown', 'initials', 'hidden'));

-- Who really wrote; NULL: the account itself.
ALTER TABLE posts ADD COLUMN by_account_id bigint;
ALTER TABLE posts ADD FOREIGN KEY (org_id, by_account_id) REFERENCES accounts ON DELETE SET NULL (by_account_id) NOT VALID;
CREATE INDEX posts_by ON posts (org_id, by_account_id, id) WHERE by_account_id IS NOT NULL;

ALTER TABLE scheduled_posts ADD COLUMN by_account_id bigint;
CREATE INDEX scheduled_posts_by ON scheduled_posts (org_id, by_account_id) WHERE by_account_id IS NOT NULL;

-- A token that acts as a team account ends with the delegation that it came of.
ALTER TABLE tokens ADD COLUMN delegation_id bigint;
CREATE INDEX tokens_delegation ON tokens (org_id, delegation_id) WHERE delegation_id IS NOT NULL;

-- Whether a delegation still lets its delegate act: not ended, and the delegate may still log in. NULL: no delegation.
CREATE FUNCTION torg_delegation_holds(of_org bigint, delegation bigint) RETURNS boolean STABLE PARALLEL SAFE
    LANGUAGE sql AS $$
    SELECT delegation IS NULL OR EXISTS (
        SELECT FROM delegations d JOIN accounts a ON a.org_id = d.org_id AND a.id = d.delegate_id
        LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
        WHERE d.org_id = of_org AND d.id = delegation AND d.ended_at IS NULL AND (d.ends_at IS NULL OR d.ends_at > now())
        AND a.state = 'active' AND a.disabled_at IS NULL AND a.suspended_at IS NULL AND p.disabled_at IS NULL)
$$;
