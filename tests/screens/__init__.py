"""`make screenshots`: every screen and state, from seeded data, into docs/screens/. Read screens.py first: the list."""
