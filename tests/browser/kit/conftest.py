"""A page with the kit's scripts and styles, served from this process under the real content security policy.

The browser side is tested here by itself: no application server, no database. Whatever the page asks of another host,
every violation of the policy and every error in the console is written down; `page` fails a test that causes any.
"""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from csp.utils import build_policy
from playwright.sync_api import Browser, BrowserContext, Page, Route, WebSocketRoute

STATIC = Path(__file__).resolve().parents[3] / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
STYLES = (
    "vendor/basecoat-1.0.2/basecoat-mira.cdn.min.css",
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components/feedback.css",
    "css/components/thread.css",
    "css/components/prose.css",
    "css/components/meter.css",
    "css/components/composer.css",
)
SCRIPTS = (
    "js/theme.js",
    "vendor/htmx-4.0.1/htmx.min.js",
    "vendor/marked-18.2.1/marked.umd.js",
    "vendor/dompurify-3.4.18/purify.min.js",
)
META = {
    "icons": "/static/img/icons.svg",
    "marked": "/static/vendor/marked-18.2.1/marked.umd.js",
    "purifier": "/static/vendor/dompurify-3.4.18/purify.min.js",
    "highlight": "/static/vendor/highlightjs-11.12.0/highlight.min.js",
    "katex": "/static/vendor/katex-0.19.1/katex.min.js",
    "katex-style": "/static/vendor/katex-0.19.1/katex.min.css",
    "sign-in": "/accounts/login/",
    "csrf": "token",
}
WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) =>
  window.__violations.push([violatedDirective, blockedURI, sourceFile.split("/").pop()].join(" ")));
"""


def document(body: str, *, modules: tuple[str, ...] = (), title: str = "kit") -> str:
    """A whole page around `body`, with the kit's scripts and styles; `modules` are loaded as the app loads them."""
    styles = "".join(f'<link rel="stylesheet" href="/static/{name}">' for name in STYLES)
    scripts = "".join(f'<script src="/static/{name}"></script>' for name in SCRIPTS)
    entries = "".join(f'<script type="module" src="/static/js/{name}"></script>' for name in modules)
    meta = " ".join(f'data-{name}="{value}"' for name, value in META.items())
    config = '<meta name="htmx-config" content=\'{"includeIndicatorCSS":false,"prefix":""}\'>'
    places = '<p id="announcer" aria-live="polite"></p><div id="banners"></div><div id="toaster" class="toaster"></div>'
    return (
        f'<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{title}</title>'
        f'{config}<meta name="tc-page" {meta}>{styles}{scripts}{entries}</head><body>{body}{places}</body></html>'
    )


@dataclass(slots=True)
class Site:
    """What the local server answers besides static files: path to (content type, body)."""

    address: str
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def page(self, path: str, html: str) -> str:
        """Serve a page; returns its address."""
        self.answers[path] = ("text/html; charset=utf-8", html)
        return f"{self.address}{path}"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The local server of a module's tests."""
    policy = build_policy()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            site.asked.append(self.path)
            file = STATIC / path.removeprefix("/static/")
            if path.startswith("/static/") and file.is_file():
                self._answer(TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes())
            elif path in site.answers:
                kind, text = site.answers[path]
                self._answer(kind, text.encode())
            else:
                self.send_error(404)

        def _answer(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


def until(page: Page, condition: str) -> None:
    """Wait in the page until a condition holds. Playwright's own wait needs eval, which the policy forbids."""
    page.evaluate(
        f"""() => new Promise((resolve, reject) => {{
          const late = setTimeout(() => reject(new Error("in vain")), 15000);
          const look = () => {{
            if (!({condition})) return setTimeout(look, 10);
            clearTimeout(late);
            resolve();
          }};
          look();
        }})"""
    )


@dataclass(slots=True)
class Trouble:
    """What a page must not cause."""

    foreign: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Write down what goes wrong in a page."""
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("console", lambda message: _note(self, message.type, message.text))

    def check(self, page: Page, *, expected: Callable[[str], bool] = lambda text: False) -> None:
        """Fail if something did; `expected` names what a test provokes on purpose."""
        console, self.console = self.console, []
        violations = page.evaluate("window.__violations.splice(0)")
        assert self.foreign == []
        assert [text for text in console + violations if not expected(text)] == []


@pytest.fixture(scope="module")
def trouble() -> Trouble:
    """What went wrong in the module's pages since the last look."""
    return Trouble()


@pytest.fixture(scope="module")
def context(chromium: Browser, site: Site, trouble: Trouble) -> Iterator[BrowserContext]:
    """A browser profile that reaches this machine only."""
    made = chromium.new_context(viewport={"width": 1200, "height": 800}, locale="en-US", reduced_motion="reduce")
    made.add_init_script(WATCH)
    # No pattern of strings: those would be resolved against a base address.
    made.route(lambda address: not address.startswith(site.address), lambda route: _refuse(trouble, route))
    yield made
    made.close()


@pytest.fixture(scope="module")
def canvas(context: BrowserContext, site: Site, trouble: Trouble) -> Page:
    """The module's open kit page, with an element #root to draw in."""
    made = context.new_page()
    trouble.watch(made)
    made.goto(site.page("/kit", document('<main><div class="tc-prose" id="root"></div></main>')))
    return made


@pytest.fixture
def page(canvas: Page, trouble: Trouble) -> Iterator[Page]:
    """The kit page; a test fails if anything went wrong in it."""
    yield canvas
    trouble.check(canvas)


@pytest.fixture
def fresh(context: BrowserContext, trouble: Trouble) -> Iterator[Page]:
    """A new tab, for tests that open pages of their own."""
    made = context.new_page()
    trouble.watch(made)
    yield made
    trouble.check(made)
    made.close()


def _refuse(trouble: Trouble, route: Route) -> None:
    if not route.request.url.startswith(("data:", "blob:")):
        trouble.foreign.append(route.request.url)
    route.abort()


def _note(trouble: Trouble, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        trouble.console.append(text)


@dataclass  # without slots: Playwright keeps a mark on the object whose method it calls
class Server:
    """The other end of the page's websocket, played by the test."""

    sockets: list[WebSocketRoute] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = field(default_factory=dict)

    def open(self, socket: WebSocketRoute) -> None:
        """A socket came: greet it and answer its commands."""
        self.sockets.append(socket)
        socket.on_message(lambda text: self._take(socket, json.loads(str(text))))
        self.send({"type": "hello", "protocol": 1, "version": "0"})

    def send(self, frame: dict[str, Any]) -> None:
        """Send a frame over the newest socket."""
        self.sockets[-1].send(json.dumps(frame))

    def await_commands(self, page: Page, kind: str, count: int) -> list[dict[str, Any]]:
        """The commands of a type, once `count` of them have come."""
        for _look in range(500):
            if len(self.of(kind)) >= count:
                return self.of(kind)
            page.evaluate("new Promise(requestAnimationFrame)")  # also lets Playwright hand over what arrived
        raise AssertionError(f"{count} x {kind} expected, {len(self.of(kind))} came")

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The commands of a type that came so far."""
        return [frame for frame in self.received if frame["type"] == kind]

    def _take(self, socket: WebSocketRoute, frame: dict[str, Any]) -> None:
        self.received.append(frame)
        answer = self.answers.get(frame["type"], lambda _frame: {"type": "ack"})(frame)
        if answer is not None and "id" in frame:
            socket.send(json.dumps({"id": frame["id"], **answer}))


@pytest.fixture
def server() -> Server:
    """Acknowledges follows as live and everything else with an empty ack, unless a test says otherwise."""
    made = Server()
    made.answers["generation.follow"] = lambda frame: {"type": "ack", "live": True, "generation": frame["generation"]}
    return made
