-- Invitations: a code that lets somebody in where registration is closed.

CREATE TABLE invites (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint,                          -- who invites; NULL: whoever runs the installation
    code text NOT NULL,
    max_uses int CHECK (max_uses > 0),          -- NULL: any number
    uses int NOT NULL DEFAULT 0,
    expires_at timestamptz,                     -- NULL: never
    autofollow boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, code),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX invites_account ON invites (org_id, account_id, id);
SELECT secure_content('invites');

-- By which invitation an account came. No foreign key: invitations may be deleted, accounts stay.
ALTER TABLE accounts ADD COLUMN invite_id bigint;
