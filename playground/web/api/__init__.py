"""The JSON API under /api/v1/: usage, models and prices, read only, for programs with a personal access token."""
