-- Browsers that are woken by a session of the pages: a subscription belongs to an app's token or to a session, and ends
-- with it. Logging out is thus the end of what a browser is told.

-- Older processes that still run know rows with tokens only, and those stay as they are.
-- squawk-ignore ban-drop-not-null
ALTER TABLE push_subscriptions ALTER COLUMN token_id DROP NOT NULL;
ALTER TABLE push_subscriptions ADD COLUMN session_id bigint;
ALTER TABLE push_subscriptions ADD CONSTRAINT push_subscriptions_session
    FOREIGN KEY (org_id, session_id) REFERENCES sessions ON DELETE CASCADE NOT VALID;
ALTER TABLE push_subscriptions ADD CONSTRAINT push_subscriptions_one_login
    CHECK (num_nonnulls(token_id, session_id) = 1) NOT VALID;
CREATE UNIQUE INDEX push_subscriptions_of_session ON push_subscriptions (org_id, session_id)
    WHERE session_id IS NOT NULL;
