"""The sandbox as an httpx transport: the client cannot tell it from a provider. Mounted for the host `sandbox.invalid`.

Bodies stream, closing or cancelling stops the script at once, and the read timeout of the request is kept.
"""

from collections.abc import AsyncIterator, Sequence

import httpx

from playground.sandbox.models import DEFAULT_MODELS, SandboxModel
from playground.sandbox.playback import DroppedError, Playback, SilentError
from playground.sandbox.provider import MAX_BODY, SandboxProvider


class SandboxTransport(httpx.AsyncBaseTransport):
    """Answers requests from a script. `speed` 0 means no waiting; `tier` None means no limit on requests in flight.

    Behind this door nobody needs a key: the sandbox is part of the house. One that is sent is checked all the same.
    """

    def __init__(
        self,
        models: Sequence[SandboxModel] = DEFAULT_MODELS,
        speed: float = 1.0,
        *,
        tier: str | None = "V0",
        provider: SandboxProvider | None = None,
    ) -> None:
        self.provider = provider or SandboxProvider(models, tier=tier, needs_key=False)
        self.speed = speed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if len(body) > MAX_BODY:
            return httpx.Response(413)
        headers = {name.lower(): value for name, value in request.headers.items()}
        turn = self.provider.respond(request.method, request.url.path, headers, body)
        patience = request.extensions.get("timeout", {}).get("read")
        playback = Playback(turn.script, turn.release, speed=self.speed, patience=patience)
        said = {"content-type": turn.script.media_type, "cache-control": "no-cache", "x-accel-buffering": "no"}
        if turn.script.retry_after is not None:
            said["retry-after"] = str(turn.script.retry_after)
        return httpx.Response(
            turn.script.status,
            headers=said,
            stream=_Body(playback, request),
        )


class _Body(httpx.AsyncByteStream, AsyncIterator[bytes]):
    """The bytes of one answer, with the sandbox's endings told in httpx's words.

    Its own iterator: an async generator would linger until it is collected when a reader turns away.
    """

    def __init__(self, playback: Playback, request: httpx.Request) -> None:
        self._playback = playback
        self._request = request

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._playback)
        except DroppedError as error:
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body", request=self._request
            ) from error
        except SilentError as error:
            raise httpx.ReadTimeout("no bytes in time", request=self._request) from error

    async def aclose(self) -> None:
        self._playback.close()
