"""How the installation was, over time: figures written down every minute, thinned with age (docs/health.md)."""
