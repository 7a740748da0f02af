-- Accounts that are gone for other servers: what signs their Delete, and that there was somebody at the address.

-- No foreign key: it outlives the account. The name and the key go when the last delivery is done; what stays is that
-- the address of this hash is gone (410).
CREATE TABLE gone_actors (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    handle_hash bytea NOT NULL,
    handle text,
    key_name text,                              -- the part of the key's address after the #
    private_pem text,
    public_pem text,
    told_at timestamptz,                        -- when the Delete was put down
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX gone_actors_handle ON gone_actors (org_id, network_id, handle_hash);
CREATE INDEX gone_actors_kept ON gone_actors (created_at) WHERE handle IS NOT NULL;
SELECT secure_content('gone_actors');
SELECT not_for_guests('gone_actors');
