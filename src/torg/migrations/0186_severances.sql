-- Follows that a block of a server, or the suspension of an account elsewhere, cut: what each person here lost.

CREATE TABLE severances (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,                 -- who lost them
    cause bigint NOT NULL,                      -- one per block or suspension, so that doing it again adds to the same
    type text NOT NULL CHECK (type IN ('domain_block', 'user_domain_block', 'account_suspension')),
    target_name text NOT NULL,                  -- the server, or the account's address
    purged boolean NOT NULL DEFAULT false,      -- the list is gone with what it named
    followers_count int NOT NULL DEFAULT 0,
    following_count int NOT NULL DEFAULT 0,
    told boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, account_id, cause),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX severances_untold ON severances (org_id, network_id, cause) WHERE NOT told;
SELECT secure_content('severances');
SELECT not_for_guests('severances');

-- Names, not ids: the list is worth something when the accounts are gone from here.
CREATE TABLE severed_follows (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    severance_id bigint NOT NULL,
    following boolean NOT NULL,                 -- true: the person followed them; false: they followed
    handle text NOT NULL,
    host text NOT NULL,
    show_boosts boolean NOT NULL DEFAULT true,
    notify boolean NOT NULL DEFAULT false,
    languages text[],
    PRIMARY KEY (org_id, severance_id, following, handle, host),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, severance_id) REFERENCES severances ON DELETE CASCADE
);
SELECT secure_content('severed_follows');
SELECT not_for_guests('severed_follows');
