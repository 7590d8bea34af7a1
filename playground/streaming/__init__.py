"""Floor 6: generations that run. The only floor with tasks that outlive a request. Read engine.py first."""
