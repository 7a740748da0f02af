-- WebPush: the installation's own key, and who wants to be woken for what.

CREATE TABLE vapid_keys (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    private_pem text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
SELECT secure_system('vapid_keys');

-- At most one a token. The id is a small number of its own: clients read it as a JavaScript number.
CREATE TABLE push_subscriptions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    account_id bigint NOT NULL,
    token_id bigint NOT NULL,
    endpoint text NOT NULL,
    p256dh text NOT NULL,
    auth text NOT NULL,
    standard boolean NOT NULL DEFAULT false,
    alerts text[] NOT NULL DEFAULT '{}',        -- types of notices that are pushed
    policy text NOT NULL DEFAULT 'all' CHECK (policy IN ('all', 'followed', 'follower', 'none')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, token_id),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, token_id) REFERENCES tokens ON DELETE CASCADE
);
CREATE INDEX push_subscriptions_account ON push_subscriptions (org_id, account_id);
SELECT secure_content('push_subscriptions');
