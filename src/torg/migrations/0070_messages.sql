-- Direct messages. They are never posts (T4): tables of their own, which no timeline, search, feed or boost reads.

CREATE TABLE conversations (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
SELECT secure_content('conversations');

-- A member's own view of a conversation; `position` orders the member's list and is its latest message.
CREATE TABLE conversation_members (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    conversation_id bigint NOT NULL,
    account_id bigint NOT NULL,
    last_message_id bigint,
    unread boolean NOT NULL DEFAULT false,
    hidden boolean NOT NULL DEFAULT false,
    muted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (org_id, conversation_id, account_id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX conversation_members_list ON conversation_members (org_id, account_id, last_message_id);
SELECT secure_content('conversation_members');

CREATE TABLE messages (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    conversation_id bigint NOT NULL,
    account_id bigint NOT NULL,
    reply_to_id bigint,
    reply_to_account_id bigint,
    source text NOT NULL,
    html text NOT NULL,
    spoiler text NOT NULL DEFAULT '',
    sensitive boolean NOT NULL DEFAULT false,
    language text,
    app_id bigint,
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (org_id, reply_to_id) REFERENCES messages ON DELETE SET NULL (reply_to_id),
    FOREIGN KEY (org_id, app_id) REFERENCES apps ON DELETE SET NULL (app_id)
);
CREATE INDEX messages_conversation ON messages (org_id, conversation_id, id);
CREATE INDEX messages_account ON messages (org_id, account_id, id);
SELECT secure_content('messages');

-- Who may read a message: its sender and those it named, each with marks of their own.
CREATE TABLE message_readers (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    message_id bigint NOT NULL,
    account_id bigint NOT NULL,
    favourited boolean NOT NULL DEFAULT false,
    bookmarked boolean NOT NULL DEFAULT false,
    PRIMARY KEY (org_id, message_id, account_id),
    FOREIGN KEY (org_id, message_id) REFERENCES messages ON DELETE CASCADE,
    FOREIGN KEY (org_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX message_readers_account ON message_readers (org_id, account_id, message_id);
SELECT secure_content('message_readers');

CREATE TABLE message_edits (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    id bigint NOT NULL,
    message_id bigint NOT NULL,
    source text NOT NULL,
    html text NOT NULL,
    spoiler text NOT NULL,
    sensitive boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, message_id) REFERENCES messages ON DELETE CASCADE
);
SELECT secure_content('message_edits');

ALTER TABLE media ADD CONSTRAINT media_message_fk FOREIGN KEY (org_id, message_id)
    REFERENCES messages ON DELETE SET NULL (message_id) NOT VALID;
