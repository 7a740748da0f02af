-- What the administrators tell everybody in a network, who has read it, and with which emoji it is answered.
CREATE TABLE announcements (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    text text NOT NULL,                         -- as typed
    html text NOT NULL,
    mention_ids bigint[] NOT NULL DEFAULT '{}',
    post_ids bigint[] NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    starts_at timestamptz,
    ends_at timestamptz,
    all_day boolean NOT NULL DEFAULT false,
    scheduled_at timestamptz,                   -- when it is to be published by itself
    published_at timestamptz,                   -- NULL: nobody but administrators sees it
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX announcements_network ON announcements (org_id, network_id, id);
SELECT secure_content('announcements');

CREATE TABLE announcement_reads (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    announcement_id bigint NOT NULL,
    account_id bigint NOT NULL,
    PRIMARY KEY (org_id, announcement_id, account_id),
    FOREIGN KEY (org_id, announcement_id) REFERENCES announcements ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX announcement_reads_account ON announcement_reads (org_id, account_id);
SELECT secure_content('announcement_reads');

CREATE TABLE announcement_reactions (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    announcement_id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text NOT NULL,                         -- an emoji, or the shortcode of one of the network's own
    custom_emoji_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, announcement_id, account_id, name),
    FOREIGN KEY (org_id, announcement_id) REFERENCES announcements ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, custom_emoji_id) REFERENCES custom_emojis ON DELETE CASCADE
);
CREATE INDEX announcement_reactions_account ON announcement_reactions (org_id, account_id);
CREATE INDEX announcement_reactions_emoji ON announcement_reactions (org_id, custom_emoji_id)
    WHERE custom_emoji_id IS NOT NULL;
SELECT secure_content('announcement_reactions');
