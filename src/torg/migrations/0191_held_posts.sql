-- New posts whose Create waits a moment for the card of their link, so that it goes along.

-- The row goes with the Create, in one commit, so that it is sent once whatever dies in between. No foreign key: the
-- row of a post that was deleted meanwhile tells that there is nobody to tell.
CREATE TABLE held_posts (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    post_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, post_id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('held_posts');
SELECT with_post('held_posts');
