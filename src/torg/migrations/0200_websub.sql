-- Who is told when a feed of ours changes (WebSub, W3C Recommendation). A row is a verified subscription.
CREATE TABLE websub_subscriptions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    topic text NOT NULL,                        -- the path of the feed below the network's origin
    key text NOT NULL,                          -- what changes it: `network`, `account:1`, `tag:torget`
    callback text NOT NULL,
    callback_hash bytea NOT NULL,               -- SHA-256 of `callback`
    callback_host text NOT NULL,
    secret text,                                -- signs what is sent; chosen by the subscriber
    lease_until timestamptz NOT NULL,
    sent_hash bytea,                            -- SHA-256 of the content sent last
    failures int NOT NULL DEFAULT 0,
    failing_since timestamptz,
    retry_at timestamptz,                       -- not before, after a failure
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, network_id, topic, callback_hash),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX websub_subscriptions_key ON websub_subscriptions (org_id, network_id, key);
CREATE INDEX websub_subscriptions_host ON websub_subscriptions (org_id, network_id, callback_host);
CREATE INDEX websub_subscriptions_lease ON websub_subscriptions (lease_until);
SELECT secure_content('websub_subscriptions');
