-- In a transaction of its own, so that nobody waits for it who reads.
ALTER TABLE push_subscriptions VALIDATE CONSTRAINT push_subscriptions_session;
ALTER TABLE push_subscriptions VALIDATE CONSTRAINT push_subscriptions_one_login;
