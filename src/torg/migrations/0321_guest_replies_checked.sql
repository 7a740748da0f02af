-- In a transaction of its own, so that nobody waits for it who reads.
ALTER TABLE responses VALIDATE CONSTRAINT responses_protocol_check;
