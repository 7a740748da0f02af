-- On which days an account was used: the source of "active users" and of retention. One row a day, no times.
CREATE TABLE account_days (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    account_id bigint NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (org_id, account_id, day),
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX account_days_network ON account_days (org_id, network_id, day);
SELECT secure_content('account_days');
