"""Subscriptions to our feeds (WebSub): who is told of news, until when, and what became of it. docs/feeds.md."""
