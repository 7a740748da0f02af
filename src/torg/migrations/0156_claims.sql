-- A registration with an address whose login is somebody else's, who has no account in that network. To whoever
-- registered it looks like any that waits for its mail; `claims` is what was typed, and no mail can be sent to `email`.
ALTER TABLE persons ADD COLUMN claims text CHECK (claims = lower(claims));
CREATE INDEX persons_claims ON persons (org_id, claims) WHERE claims IS NOT NULL;

-- What was never confirmed goes again, the one kind like the other.
CREATE INDEX accounts_unconfirmed ON accounts (created_at) WHERE state = 'unconfirmed';
