-- Where mail goes when no setting of the installation says so: written on the set-up page, or by the office of the only
-- organisation. It holds a password, so only the system's role reads it, as with the keys of accounts.
CREATE TABLE installation_mail (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    smtp_url text NOT NULL,
    sender text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
SELECT secure_system('installation_mail');
