"""RSS, Atom and JSON Feed of what everybody may read, and the WebSub hub for them: docs/feeds.md."""
