"""The benchmark: what a Mastodon server does per second, beside another one (docs/benchmarks.md)."""
