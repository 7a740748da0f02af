-- The public half of the installation's key for WebPush, which clients are told, beside the private one: a server need
-- not load a library of cryptography (9 MB, 40 ms) at every start to find it. Filled at the first start after this.
ALTER TABLE vapid_keys ADD COLUMN public_key text;
