-- Each public reply asks whether it answers a promoted post: one look into an index.
CREATE INDEX promotions_out ON promotions (org_id, public_post_id) WHERE public_post_id IS NOT NULL;
