"""Conversations as files: what leaves this house as JSON or Markdown, and what comes in from here and elsewhere."""
