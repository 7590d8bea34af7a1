"""Floor 0, the protocol: what goes over the wire to and from providers.

Pure except for client.py, the only module that knows a network. Errors are those of errors.py.
"""
