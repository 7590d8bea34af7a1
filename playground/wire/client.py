"""The only door to providers: requests out, events in. One pooled client per event loop.

It runs on the httpx-aiohttp transport (measured: 30 us of CPU per streamed event at 200 streams, httpx's own 82);
httpx's own transport stays as a setting. Limits and deadlines are explicit: a default client fails 100 of 200
streams. No proxies from the environment, no redirects, no compressed answers. Cancelling closes the socket at once.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import aiohttp
import httpx
import orjson
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from playground.wire.addresses import is_ip_literal, may_connect
from playground.wire.chunks import DONE, ChunkParser, parse_answer
from playground.wire.completion import Completion
from playground.wire.errors import WireError, from_object, from_response
from playground.wire.events import Ended, Event, Finished
from playground.wire.request import CompletionRequest, Dialect, build_payload
from playground.wire.secret import Secret
from playground.wire.sse import SSEDecoder

USER_AGENT = "trial-center"
ERROR_BODY = 64 * 1024  # bytes of a refusal that are read
ANSWER_BODY = 8 * 1024 * 1024  # bytes of a whole answer that are read
DRAIN_SECONDS = 5.0  # after a finish reason: how long to wait for usage and [DONE]
MODELS_AT_MOST = 5000

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. A thinking model may be silent for minutes before its first byte (wire protocol, section 2.4)."""

    connect: float = 8.0
    first_byte: float = 300.0
    between_bytes: float = 300.0
    total: float = 1800.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a run goes. `allowed`: "host:port" of private servers an owner has let in."""

    base_url: str
    dialect: Dialect
    reasoning: str = "auto"
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Target:
    host: str
    port: int
    allowed: frozenset[str]


class AddressRefused(OSError):
    """A name led to an address this server may not connect to."""


class Client:
    """Streams completions. `mounts` puts a transport in the place of a host (the sandbox)."""

    def __init__(
        self,
        *,
        timeouts: Timeouts | None = None,
        max_connections: int = 2000,
        transport: str = "aiohttp",
        mounts: Mapping[str, httpx.AsyncBaseTransport] | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._mounted = frozenset(mounts or {})
        self._resolve = resolve or _resolve
        self._pins = transport == "httpx"
        limits = httpx.Limits(max_connections=max_connections, max_keepalive_connections=200, keepalive_expiry=15)
        tls = ssl.create_default_context()
        self._http = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(verify=tls, limits=limits, trust_env=False)
            if self._pins
            else AiohttpTransport(client=lambda: _session(tls, max_connections, self._resolve)),
            mounts={f"all://{host}": mounted for host, mounted in (mounts or {}).items()},
            timeout=httpx.Timeout(None, connect=self._timeouts.connect, pool=self._timeouts.connect),
            follow_redirects=False,
            trust_env=False,
            headers={"user-agent": USER_AGENT, "accept-encoding": "identity", "accept-language": "en-US,en"},
        )

    async def stream(
        self, endpoint: Endpoint, secret: Secret | None, request: CompletionRequest
    ) -> AsyncGenerator[Sequence[Event], None]:
        """The events of a streamed completion, those of one network read at a time; the very last one is Ended.

        Raises WireError. Close it (contextlib.aclosing) or cancel its task to close the provider's socket at once.
        """
        watch = _Watch(self._timeouts)
        body = build_payload(request, endpoint.dialect)
        async with self._open(endpoint, secret, "POST", "/chat/completions", body, watch) as response:
            if not _is_event_stream(response):
                answer = _object(await _body(response, watch, ANSWER_BODY))
                yield [*parse_answer(answer, endpoint.reasoning), Ended(True)]
                return
            async for events in _events(response, watch, endpoint.reasoning):
                yield events

    async def complete(self, endpoint: Endpoint, secret: Secret | None, request: CompletionRequest) -> Completion:
        """A whole completion, for `stream=False` requests such as a key's test. Raises WireError."""
        watch = _Watch(self._timeouts)
        body = build_payload(request, endpoint.dialect)
        async with self._open(endpoint, secret, "POST", "/chat/completions", body, watch) as response:
            answer = _object(await _body(response, watch, ANSWER_BODY))
        completion = Completion()
        for event in parse_answer(answer, endpoint.reasoning):
            completion.add(event)
        return completion

    async def models(self, endpoint: Endpoint, secret: Secret | None) -> Sequence[str]:
        """The ids of `GET /models`. Raises WireError; a refusal says nothing about the key (section 1.2)."""
        watch = _Watch(self._timeouts)
        async with self._open(endpoint, secret, "GET", "/models", None, watch) as response:
            answer = _object(await _body(response, watch, ANSWER_BODY))
        rows = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise from_object(answer) or WireError("malformed_answer", "The list of models cannot be read.")
        names = [row.get("id") for row in rows[:MODELS_AT_MOST] if isinstance(row, dict)]
        return [name for name in names if isinstance(name, str) and name]

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    @asynccontextmanager
    async def _open(
        self,
        endpoint: Endpoint,
        secret: Secret | None,
        method: str,
        path: str,
        body: dict[str, object] | None,
        watch: "_Watch",
    ) -> AsyncIterator[httpx.Response]:
        """Send, and hand over an answer that is no refusal; close it in any case."""
        http_request = await self._request(endpoint, secret, method, path, body)
        try:
            async with watch.reading():
                response = await self._http.send(http_request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError) as error:
            raise _connect_error(error) from None
        try:
            if response.is_redirect or 300 <= response.status_code < 400:
                raise WireError("redirected", "The provider answered with a redirect.", status=response.status_code)
            if response.status_code >= 400:
                refusal = await _body(response, watch, ERROR_BODY, cut=True)
                raise from_response(response.status_code, response.headers, refusal)
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise WireError("malformed_answer", "The answer is compressed, which was not asked for.")
            yield response
        finally:
            await response.aclose()

    async def _request(
        self, endpoint: Endpoint, secret: Secret | None, method: str, path: str, body: dict[str, object] | None
    ) -> httpx.Request:
        url = endpoint.base_url.rstrip("/") + path
        target = _target(url, endpoint.allowed)
        headers = {"accept": "text/event-stream" if body and body.get("stream") else "application/json"}
        if secret:
            headers["authorization"] = f"Bearer {_header_value(secret)}"
        content = None
        if body is not None:
            headers["content-type"] = "application/json"
            content = orjson.dumps(body)
        extensions: dict[str, Any] = {}
        if target.host not in self._mounted:
            _check_literal(target)
            _asked.set(target)
            if self._pins and not is_ip_literal(target.host):
                addresses = await _checked(self._resolve, target)
                headers["host"] = urlsplit(url).netloc
                extensions["sni_hostname"] = target.host
                url = str(httpx.URL(url).copy_with(host=addresses[0]))
        return self._http.build_request(method, url, headers=headers, content=content, extensions=extensions)


class ClientPool:
    """One client per event loop, made when it is first asked for."""

    def __init__(self, factory: Callable[[], Client]) -> None:
        self._factory = factory
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Client] = WeakKeyDictionary()

    def get(self) -> Client:
        """The client of the running loop."""
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = self._clients[loop] = self._factory()
        return client

    async def aclose(self) -> None:
        """Close the running loop's client; the next `get` makes a new one."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()


async def _events(response: httpx.Response, watch: "_Watch", reasoning: str) -> AsyncGenerator[Sequence[Event], None]:
    """Decode a stream to its end: [DONE], a closed connection, or a few seconds after its finish reason."""
    decoder, parser = SSEDecoder(), ChunkParser(reasoning)
    reads = aiter(response.stream)  # type: ignore[arg-type]
    while True:
        try:
            async with watch.reading():
                data = await anext(reads, b"")
        except WireError:
            if not watch.finished:
                raise
            yield [*parser.finish(), Ended(False)]
            return
        except (httpx.HTTPError, aiohttp.ClientError, OSError):
            if held := parser.finish():
                yield held
            if watch.finished:
                yield [Ended(False)]
                return
            raise WireError("interrupted" if watch.got_bytes else "network_error", "The connection broke.") from None
        watch.got_bytes = watch.got_bytes or bool(data)
        found: list[Event] = []
        trouble: WireError | None = None
        done = not data
        try:
            for event in decoder.feed(data) if data else decoder.finish():
                if event.data.strip() == DONE:
                    done = True
                    found += (*parser.finish(), Ended(True))
                    break
                found += parser.parse_event(event)
        except WireError as error:
            trouble, done = error, True
        if not data and trouble is None and not (found and type(found[-1]) is Ended):
            found += (*parser.finish(), Ended(False))
        if not watch.finished and any(type(event) is Finished for event in found):
            watch.finished = True
        if found:
            yield found
        if trouble is not None:
            raise trouble
        if done:
            return


class _Watch:
    """The deadlines of one request. One timer, re-armed only when it fires: reading costs a clock read, no more."""

    __slots__ = ("_began", "_expired", "_last", "_loop", "_task", "_timeouts", "_timer", "finished", "got_bytes")

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._loop = asyncio.get_running_loop()
        self._began = self._last = self._loop.time()
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._expired = ""
        self.got_bytes = False
        self.finished = False

    def reading(self) -> "_Watch":
        """For `async with` around one await on the network."""
        return self

    async def __aenter__(self) -> None:
        self._task = asyncio.current_task()
        if self._timer is None or self._timer.cancelled() or self._timer.when() > self._deadline()[0]:
            self._arm()

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        task, self._task = self._task, None
        cancelled = kind is not None and issubclass(kind, asyncio.CancelledError)
        if self._expired and cancelled and task is not None and task.uncancel() == 0:
            raise WireError(self._expired, "The deadline passed.") from None
        self._last = self._loop.time()
        if kind is not None and self._timer is not None:
            self._timer.cancel()

    def _deadline(self) -> tuple[float, str]:
        times = self._timeouts
        if self.finished:
            return self._last + DRAIN_SECONDS, "idle_timeout"
        if self.got_bytes:
            quiet = (self._last + times.between_bytes, "idle_timeout")
        else:
            quiet = (self._began + times.first_byte, "first_byte_timeout")
        return min(quiet, (self._began + times.total, "total_timeout"))

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline()[0], self._ring)

    def _ring(self) -> None:
        when, code = self._deadline()
        self._timer = None
        if self._task is None or self._loop.time() < when:
            if self._task is not None:
                self._arm()
            return
        self._expired = code
        self._task.cancel()


class _Resolver(AbstractResolver):
    """Resolves for aiohttp and gives it checked addresses only, so that what was checked is what is connected to."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of the host that may be connected to. Raises AddressRefused."""
        target = _asked.get()
        if (host.lower(), port) != (target.host, target.port):
            raise AddressRefused("two readings of one address")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await _checked(self._resolve, target)
        ]

    async def close(self) -> None:
        """Nothing is held."""


_asked: ContextVar[_Target] = ContextVar("_asked")


def _session(tls: ssl.SSLContext, max_connections: int, resolve: Resolve) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=max_connections, ssl=tls, resolver=_Resolver(resolve), use_dns_cache=False, keepalive_timeout=15
    )
    return aiohttp.ClientSession(
        connector=connector,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        read_bufsize=2**17,
        max_line_size=32 * 1024,
        max_field_size=32 * 1024,
    )


def _target(url: str, allowed: frozenset[str]) -> _Target:
    """Host and port of an address on which every parser that will see it agrees. Raises WireError."""
    try:
        ours, theirs = urlsplit(url), httpx.URL(url)
        port = ours.port or (443 if ours.scheme == "https" else 80)
        their_port = theirs.port or (443 if theirs.scheme == "https" else 80)
    except (ValueError, httpx.InvalidURL):
        raise WireError("address_refused", "The address cannot be read.") from None
    host = ours.hostname or ""
    if not host.isascii() or (host, port) != (theirs.host.lower(), their_port) or ours.scheme not in ("http", "https"):
        raise WireError("address_refused", "The address can be read in two ways.")
    return _Target(host, port, allowed)


def _check_literal(target: _Target) -> None:
    """aiohttp does not ask a resolver about an IP address: it is checked here."""
    if is_ip_literal(target.host) and not may_connect(target.host, target.port, target.host, target.allowed):
        raise WireError("address_refused", f"{target.host} is not a public address.")


async def _checked(resolve: Resolve, target: _Target) -> Sequence[str]:
    addresses = await resolve(target.host, target.port)
    if not addresses:
        raise OSError("the name has no address")
    if not all(may_connect(target.host, target.port, address, target.allowed) for address in addresses):
        raise AddressRefused(f"{target.host} leads to an address that is not public")
    return addresses


async def _resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _header_value(secret: Secret) -> str:
    value = secret.reveal()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise WireError("key_refused", "The key has characters that no key has.")
    return value


def _connect_error(error: BaseException) -> WireError:
    """What kept us from an answer; the message never holds more than the kind of the fault."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, AddressRefused):
            return WireError("address_refused", str(cause))
        cause = getattr(cause, "os_error", None) or cause.__cause__
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return WireError("address_refused", "The address cannot be read.")
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return WireError("network_error", "The connection broke before an answer came.")
    return WireError("connect_failed", "No connection could be made.")


def _is_event_stream(response: httpx.Response) -> bool:
    media = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
    # Some servers name no type at all; a declared JSON body is the one thing that is not a stream.
    return media != "application/json"


async def _body(response: httpx.Response, watch: _Watch, limit: int, *, cut: bool = False) -> bytes:
    """The whole body up to a limit in bytes; beyond it an error, or with `cut` what was read until then."""
    pieces: list[bytes] = []
    size = 0
    reads = aiter(response.stream)  # type: ignore[arg-type]
    try:
        while size <= limit:
            async with watch.reading():
                data = await anext(reads, b"")
            if not data:
                return b"".join(pieces)
            watch.got_bytes = True
            pieces.append(data)
            size += len(data)
    except (httpx.HTTPError, aiohttp.ClientError, OSError):
        if cut:
            return b"".join(pieces)
        raise WireError("interrupted", "The connection broke.") from None
    if not cut:
        raise WireError("stream_too_large", f"The answer is longer than {limit} bytes.")
    return b"".join(pieces)[:limit]


def _object(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise WireError("malformed_answer", "The answer is not JSON.") from None
