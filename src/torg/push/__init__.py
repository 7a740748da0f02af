"""WebPush: waking a reader's apps and browsers when there is news (engine/push.py speaks the protocol)."""
