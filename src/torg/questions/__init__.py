"""Questions: posts whose replies are answers, one of which is the best."""
