-- Counters of accounts that wait to be added up: whom thousands follow at once has one row, for which all would wait.
CREATE TABLE account_count_changes (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    account_id bigint NOT NULL,
    followers int NOT NULL DEFAULT 0,
    following int NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX account_count_changes_account ON account_count_changes (org_id, account_id);
SELECT secure_content('account_count_changes');
-- Nobody reads it as a viewer: whom it is of would tell of groups that others cannot see.
CREATE POLICY nobody ON account_count_changes AS RESTRICTIVE FOR SELECT TO torg_app USING (
    (SELECT torg_viewer()) IS NULL);
