"""LiteLLM's proxy as an upstream: a second OpenAI-compatible server, written by others."""
