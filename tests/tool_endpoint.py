"""The HTTP endpoint of a function, on loopback: it says what it was asked, or whatever a test wants."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer


@dataclass
class ToolEndpoint:
    """What it answers, and what it was asked."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    body: bytes = b""  # empty: what it was asked
    asked: list[tuple[str, dict[str, str], object]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/weather"


@contextmanager
def tool_endpoint() -> Iterator[ToolEndpoint]:
    """One that listens on a free port."""
    one = ToolEndpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            one.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(raw)))
            body = one.body or json.dumps({"asked": json.loads(raw)}).encode()
            self.send_response(one.status)
            for name, value in {**one.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    one.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield one
    server.shutdown()
    server.server_close()
    thread.join(5)
