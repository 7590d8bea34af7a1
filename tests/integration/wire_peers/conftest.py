"""Fixtures of the peers."""

from tests.litellm.server import litellm_proxy

__all__ = ["litellm_proxy"]
