"""Servers and clients of the wire that others wrote."""
