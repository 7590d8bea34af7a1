"""The built-in imitation provider. Floor 0: no Django, no network of its own; it may import `playground.wire`.

`models` says what is on offer, `script` turns a request into timed wire bytes, `provider` holds what several requests
share (cached prefixes, requests in flight); `transport` and `server` are its two doors. Manual: docs/sandbox.md.
"""
