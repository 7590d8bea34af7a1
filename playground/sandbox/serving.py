"""Puts the sandbox on a port with Daphne. Only `manage.py sandbox` calls it: importing it sets up Twisted.

Daphne is told two things it does not know by itself: to drop a connection on request, and to report a taken port.
"""

import signal
from collections.abc import Callable, MutableMapping
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server

from playground.sandbox.server import DROP, SandboxApp


class PortError(OSError):
    """The address cannot be listened on."""


class _Daphne(Server):  # type: ignore[misc]
    """Daphne with the extension `sandbox.drop`."""

    def __init__(self, *args: Any, on_listening: Callable[[str, int], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.failure = ""
        self._on_listening = on_listening

    def create_application(self, protocol: Any, scope: MutableMapping[str, Any]) -> Any:
        return super().create_application(protocol, {**scope, "extensions": {DROP: {}}})

    async def handle_reply(self, protocol: Any, message: MutableMapping[str, Any]) -> None:
        if message["type"] != DROP:
            await super().handle_reply(protocol, message)
        elif protocol.channel is not None:
            protocol.channel.transport.loseConnection()

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        address = port.getHost()
        self._on_listening(address.host, address.port)

    def listen_error(self, failure: Any) -> None:
        self.failure = failure.getErrorMessage()
        self.stop()


def serve(app: SandboxApp, *, host: str, port: int, on_listening: Callable[[str, int], None]) -> None:
    """Serve until a signal comes; raises PortError when the port is taken. Port 0 takes a free one."""
    server = _Daphne(
        application=app,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        server_name="sandbox",
        on_listening=on_listening,
    )
    # A shell that starts it in the background lets it ignore SIGINT, and Twisted would leave that so.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server.run()
    if server.failure:
        raise PortError(server.failure)
