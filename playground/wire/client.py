"""The only door to providers: requests out, events in. One pooled client per event loop.

It runs on the httpx-aiohttp transport, which costs less than half the CPU of httpx's own; that one stays as a
setting. Limits and deadlines are explicit: a default client fails 100 of 200 streams. No proxies from the
environment, no redirects, no cookies, no compressed answers. Cancelling closes the provider's socket at once.
"""

import asyncio
import dataclasses
import socket
import ssl
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import MappingProxyType
from typing import Final, cast
from weakref import WeakKeyDictionary

import aiohttp
import httpcore
import httpx
import orjson
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream

from playground.wire.addresses import check_addresses, check_host_port, is_allowed, is_ip_literal
from playground.wire.body import Body
from playground.wire.chunks import ChunkParser
from playground.wire.completion import Completion
from playground.wire.deadlines import Deadlines, Timeouts
from playground.wire.decoding import StreamDecoder
from playground.wire.errors import WireError, from_object, from_response
from playground.wire.events import Ended, Event
from playground.wire.network import Guard, GuardedBackend, Resolve, system_resolve
from playground.wire.request import CompletionRequest, Dialect, build_payload
from playground.wire.secret import Secret, is_sendable
from playground.wire.sent import Sent
from playground.wire.text import clean

__all__ = ["Client", "ClientPool", "Endpoint", "Timeouts"]

USER_AGENT: Final = "trial-center"
ERROR_BODY: Final = 64 * 1024  # bytes of a refusal that are read
POSTED_BODY: Final = 100_000  # bytes of what an address of somebody's own answers
ANSWER_BODY: Final = 8 * 1024 * 1024  # bytes of a whole answer that are read
CLOSE_SECONDS: Final = 0.25  # after [DONE]: how long to wait for the end of the body, so that the connection is reused
KEEP_ALIVE_SECONDS: Final = 30.0  # shorter than the idle time of the usual proxies
HEADER_LINE: Final = 32 * 1024  # bytes of one header; gateways send long ones
MODELS_AT_MOST: Final = 5000

_READ: Final = "trial_center.read"  # the response extension of a transport that has a short way to its bytes
_PORTS: Final = {"http": 80, "https": 443}
_ROUTE: Final = "trial_center.transport"  # the request extension that says which transport a request takes
_BROKEN: Final = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, TimeoutError)
"""What a broken network or a server that breaks HTTP raises, through either transport."""
_NEVER_CONNECTED: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpx.ConnectError,
    httpx.PoolTimeout,
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a run goes and how that provider is spoken to.

    `reasoning`: where thinking stands, field, inline or auto. `allowed`: the "host:port" of servers on private,
    loopback or link-local addresses that an owner has let in.
    """

    base_url: str
    dialect: Dialect
    reasoning: str = "auto"
    allowed: frozenset[str] = frozenset()


class Client:
    """Streams completions. It belongs to the event loop it is first used on.

    `max_connections`: streams at a time; one more waits, at most for the connect deadline. `transport`: aiohttp or
    httpx. `mounts` puts a transport in the place of a host (the sandbox). `resolve` replaces the system's resolver,
    `tls` the trusted roots.
    """

    def __init__(
        self,
        *,
        timeouts: Timeouts | None = None,
        max_connections: int = 2000,
        transport: str = "aiohttp",
        mounts: Mapping[str, httpx.AsyncBaseTransport] = MappingProxyType({}),
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._mounts = dict(mounts)
        make = _over_httpx if transport == "httpx" else _over_aiohttp
        # Two pools, so that a connection to a private address is never reused by a run that may not make one.
        resolve, tls = resolve or system_resolve, tls or _trusted_roots()
        self._public = make(Guard(resolve, local=False), max_connections, tls)
        self._local = make(Guard(resolve, local=True), max_connections, tls)
        connect = self._timeouts.connect
        self._http = httpx.AsyncClient(
            transport=_Switch((self._public, self._local, *self._mounts.values())),
            # Reads are watched by Deadlines: a timer for every read would cost more than parsing it.
            timeout=httpx.Timeout(None, connect=connect, pool=connect),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # many people's runs go through one client
            follow_redirects=False,
            trust_env=False,
        )

    async def stream(
        self,
        endpoint: Endpoint,
        secret: Secret | None,
        request: CompletionRequest,
        *,
        tell: Callable[[Sent], None] | None = None,
    ) -> AsyncGenerator[tuple[Event, ...], None]:
        """Ask, and give the events of the answer, those of one network read at a time; the very last one is Ended.

        `tell` hears what is handed to the network, without the secret, right before it leaves.
        Raises WireError, after the events that came before the fault. Close it (contextlib.aclosing) or cancel its
        task to close the provider's socket at once.
        """
        decoder = StreamDecoder(endpoint.reasoning)
        call = self._request(endpoint, secret, "/chat/completions", build_payload(request, endpoint.dialect))
        if tell is not None:
            tell(Sent.of(call.method, str(call.url), call.headers.multi_items(), call.content))
        with Deadlines(self._timeouts) as deadlines:
            async with (
                aclosing(await self._send(call, secret, deadlines)) as response,
                aclosing(_body(response, deadlines)) as body,
            ):
                if _media_type(response) == "application/json":
                    whole = await body.read_whole(ANSWER_BODY)
                    yield (*_parse_answer(whole, endpoint.reasoning, secret), Ended(clean=True))
                    return
                fault: WireError | None = None
                while not decoder.over and fault is None:
                    data, fault = await body.read()
                    if data is None:
                        break
                    events = decoder.feed(data)
                    deadlines.came(words=bool(events))
                    if events:
                        if decoder.finished and not decoder.over:
                            deadlines.at_most(self._timeouts.after_finish)
                        yield events
                if events := decoder.finish(fault):
                    yield events
                if decoder.error is None and fault is None:
                    await body.exhaust(CLOSE_SECONDS)
        if decoder.error is not None:
            raise decoder.error.without(_plaintext(secret))

    async def complete(self, endpoint: Endpoint, secret: Secret | None, request: CompletionRequest) -> Completion:
        """A whole completion that is not streamed, such as a key's test. Raises WireError."""
        completion, clean = Completion(), False
        async with aclosing(self.stream(endpoint, secret, dataclasses.replace(request, stream=False))) as reads:
            async for events in reads:
                for event in events:
                    completion.add(event)
                clean = isinstance(events[-1], Ended) and events[-1].clean
        outcome = completion.outcome("done" if clean else "eof")
        if outcome.state == "interrupted" and outcome.error is not None:
            raise outcome.error
        return completion

    async def models(self, endpoint: Endpoint, secret: Secret | None) -> tuple[str, ...]:
        """The ids of `GET /models`. Raises WireError; a refusal says nothing about the key (section 1.2).

        Both GLM sites have no such path and answer it with 401, so every refusal of access is "not_found" here.
        """
        call = self._request(endpoint, secret, "/models", None)
        with Deadlines(self._timeouts) as deadlines:
            try:
                async with (
                    aclosing(await self._send(call, secret, deadlines)) as response,
                    aclosing(_body(response, deadlines)) as body,
                ):
                    listed = _model_names(await body.read_whole(ANSWER_BODY))
            except WireError as error:
                if error.code not in {"key_refused", "key_expired", "not_allowed", "model_not_found"}:
                    raise
                listed = WireError("not_found", error.message, status=error.status)
        if isinstance(listed, WireError):
            raise listed
        return listed

    async def post(self, endpoint: Endpoint, payload: Mapping[str, object]) -> bytes:
        """A JSON object to an address that is no provider's, without a key; what it answers. Raises WireError."""
        call = self._request(endpoint, None, "", payload)
        with Deadlines(self._timeouts) as deadlines:
            async with (
                aclosing(await self._send(call, None, deadlines)) as response,
                aclosing(_body(response, deadlines)) as body,
            ):
                return await body.read_whole(POSTED_BODY)

    async def aclose(self) -> None:
        """Close every connection, and the transports that were mounted."""
        await self._http.aclose()

    def _request(
        self, endpoint: Endpoint, secret: Secret | None, path: str, payload: Mapping[str, object] | None
    ) -> httpx.Request:
        """The HTTP request, and the transport it will take. Raises WireError before anything leaves."""
        headers = {
            "accept": "text/event-stream" if payload and payload.get("stream") else "application/json",
            "accept-encoding": "identity",
            "accept-language": "en-US,en",
            "user-agent": USER_AGENT,
        }
        if payload is not None:
            headers["content-type"] = "application/json"
        call = httpx.Request(
            "GET" if payload is None else "POST",
            _url(endpoint.base_url, path),
            headers=headers,
            content=None if payload is None else orjson.dumps(payload),
            extensions={_ROUTE: self._route(endpoint)},
        )
        if secret:
            if not is_sendable(secret.reveal()):
                raise WireError("key_refused", "The key has characters that no key has.")
            call.headers["authorization"] = f"Bearer {secret.reveal()}"
        return call

    def _route(self, endpoint: Endpoint) -> httpx.AsyncBaseTransport:
        host, port = check_host_port(endpoint.base_url)
        if host in self._mounts:
            return self._mounts[host]
        local = is_allowed(host, port, endpoint.allowed)
        if is_ip_literal(host):  # aiohttp asks no resolver about those
            check_addresses(host, [host], local=local)
        return self._local if local else self._public

    async def _send(self, call: httpx.Request, secret: Secret | None, deadlines: Deadlines) -> httpx.Response:
        """Send, and return an answer that is no refusal, its body unread. Raises WireError."""
        answer = await self._exchange(call, deadlines)
        if isinstance(answer, WireError):
            raise answer.without(_plaintext(secret))
        try:
            fault = await _refusal(answer, deadlines)
        except BaseException:
            await answer.aclose()
            raise
        if fault is None:
            return answer
        await answer.aclose()
        raise fault.without(_plaintext(secret))

    async def _exchange(self, call: httpx.Request, deadlines: Deadlines) -> httpx.Response | WireError:
        """The answer or the fault, both as values: the network's exceptions hold the request and its headers."""
        deadlines.begin()
        try:
            return await self._http.send(call, stream=True)
        except WireError as error:  # from the guard
            return error
        except asyncio.CancelledError:
            fault = deadlines.translate()
            if fault is None:
                raise
            return fault
        except _BROKEN as error:
            return _why_not_sent(error)
        finally:
            deadlines.end()


class ClientPool:
    """One client per event loop, made when it is first asked for."""

    def __init__(self, factory: Callable[[], Client]) -> None:
        self._factory = factory
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Client] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get(self) -> Client:
        """The client of the running loop."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop not in self._clients:
                self._clients[loop] = self._factory()
            return self._clients[loop]

    async def aclose(self) -> None:
        """Close the running loop's client; the next `get` makes a new one."""
        with self._lock:
            client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    async def aclose_all(self) -> None:
        """Close every client, each on its own loop. Those whose loop no longer runs have no connections any more."""
        await self.aclose()
        with self._lock:
            others = list(self._clients.items())
            self._clients.clear()
        for loop, client in others:
            if loop.is_running():
                await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(client.aclose(), loop))


class _Switch(httpx.AsyncBaseTransport):
    """Sends each request through the transport that was chosen for it."""

    def __init__(self, transports: Iterable[httpx.AsyncBaseTransport]) -> None:
        self._transports = tuple(transports)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        transport: httpx.AsyncBaseTransport = request.extensions.pop(_ROUTE)
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        for transport in self._transports:
            await transport.aclose()


class _Resolver(AbstractResolver):
    """aiohttp's resolver: it gets checked addresses, and connects to nothing else."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Resolve for one connection. Raises WireError, OSError."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._guard.addresses(host, port)
        ]

    async def close(self) -> None:
        """Nothing is held."""


class _AiohttpTransport(AiohttpTransport):
    """The package's transport, but for how bodies are read."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        body = response.stream = _AiohttpBody(cast(AiohttpResponseStream, response.stream))
        response.extensions[_READ] = body.read
        return response


class _AiohttpBody(httpx.AsyncByteStream):
    """A body that gives all that arrived, however it ended.

    aiohttp's reader raises the fault of a connection at once and forgets what lay in its buffer: a reader who was
    busy for a moment would lose the last words, and with them the finish reason.
    """

    def __init__(self, stream: AiohttpResponseStream) -> None:
        self._stream = stream
        self._content = stream._aiohttp_response.content

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        while (data := await self.read()) is not None:
            yield data

    async def read(self) -> bytes | None:
        """The next bytes, None at the end: the short way, past the generators around a body."""
        try:
            return await self._content.readany() or None
        except (aiohttp.ClientError, OSError):
            if rest := self._content._read_nowait(-1):
                return rest  # and the fault with the next read
            raise

    async def aclose(self) -> None:
        await self._stream.aclose()


def _over_aiohttp(guard: Guard, max_connections: int, tls: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=max_connections,
            limit_per_host=0,
            ssl=tls,
            resolver=_Resolver(guard),
            use_dns_cache=False,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            max_line_size=HEADER_LINE,
            max_field_size=HEADER_LINE,
        )

    return _AiohttpTransport(client=session, verify=tls, trust_env=False)


def _over_httpx(guard: Guard, max_connections: int, tls: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False)
    # httpx takes no network backend; its transport is a thin wrapper around this pool.
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=tls,
        max_connections=max_connections,
        max_keepalive_connections=max_connections,
        keepalive_expiry=KEEP_ALIVE_SECONDS,
        network_backend=GuardedBackend(guard),
    )
    return transport


@lru_cache(maxsize=1)
def _trusted_roots() -> ssl.SSLContext:
    """httpx's own trusted roots, and those of the machine: that is where a house puts the root of its own servers."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def _url(base_url: str, path: str) -> httpx.URL:
    """The address to ask, joined by exactly one slash. Raises WireError where parsers could disagree about it."""
    host, port = check_host_port(base_url)
    try:
        url = httpx.URL(base_url.rstrip("/") + path)
    except httpx.InvalidURL:
        url = httpx.URL()
    if (url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme)) != (host, port):
        raise WireError("address_refused", "The address can be read in two ways.")
    return url


def _plaintext(secret: Secret | None) -> str:
    return secret.reveal() if secret else ""


def _media_type(response: httpx.Response) -> str:
    """Without its parameters and in lower case; everything with JSON's suffix is JSON."""
    media = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
    return "application/json" if media.endswith("+json") else media


def _body(response: httpx.Response, deadlines: Deadlines) -> Body:
    """Read by the transport's short way or from `response.stream`: each generator to pass through costs every read."""
    reads = cast(AsyncGenerator[bytes, None], aiter(cast(httpx.AsyncByteStream, response.stream)))
    return Body(response.extensions.get(_READ) or partial(anext, reads, None), reads.aclose, deadlines, _BROKEN)


async def _refusal(response: httpx.Response, deadlines: Deadlines) -> WireError | None:
    """Why an answer cannot be used, None for one that can."""
    status = response.status_code
    plain = str(response.headers.get("content-encoding", "")).strip().lower() in {"", "identity"}
    if status >= 400:
        deadlines.at_most(deadlines.timeouts.refusal)
        async with aclosing(_body(response, deadlines)) as body:
            words = await body.read_some(ERROR_BODY) if plain else b""
        return from_response(status, response.headers, words)
    if status >= 300:
        return WireError("redirected", "The provider sent us elsewhere; that is never followed.", status=status)
    if not plain:
        return WireError("malformed_answer", "The answer is compressed, which was not asked for.", status=status)
    if _media_type(response) == "text/html":
        return WireError("malformed_answer", "The address answers with a web page.", status=status)
    return None


def _why_not_sent(error: BaseException) -> WireError:
    """What kept us from an answer. Only the kind of the fault is told: the rest may hold what was sent."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < 8:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    if any(isinstance(cause, ssl.SSLError | aiohttp.ClientSSLError) for cause in causes):
        return WireError("tls_failed", "No secure connection: the certificate is not trusted.")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return WireError("host_unknown", "The name of the server is not known.")
    if any(isinstance(cause, _NEVER_CONNECTED) for cause in causes):
        return WireError("connect_failed", "No connection could be made.")
    if any(isinstance(cause, aiohttp.ClientResponseError | aiohttp.InvalidURL) for cause in causes):
        return WireError("malformed_answer", "The server does not speak HTTP as it should.")
    return WireError("network_error", "The connection broke before an answer came.")


def _parse_answer(body: bytes, reasoning: str, secret: Secret | None) -> tuple[Event, ...]:
    try:
        return ChunkParser(reasoning).parse_answer(body)
    except WireError as error:
        fault = error
    raise fault.without(_plaintext(secret))


def _model_names(body: bytes) -> tuple[str, ...] | WireError:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        return from_object(answer) or WireError("not_found", "The server has no list of models.")
    names = (row.get("id") for row in rows[:MODELS_AT_MOST] if isinstance(row, dict))
    return tuple(clean(name) for name in names if isinstance(name, str) and name)
