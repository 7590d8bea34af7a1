"""What browsers receive while an answer is written: JSON text frames. Pure. Documented in docs/websocket.md."""

import orjson

from playground.streaming.live import Batch, Part
from playground.wire.events import ToolCallDelta


def delta(generation: str, batch: Batch) -> bytes:
    """The parts after the follower's cursor, as one frame."""
    return orjson.dumps(
        {"type": "delta", "generation": generation, "from": batch.after, "seq": batch.seq, "parts": batch.parts}
    )


def call_piece(delta: ToolCallDelta) -> str:
    """A piece of a tool call as a line of a part "t": number, id, name, arguments, and whether these came whole."""
    piece = [delta.index, delta.id, delta.name, delta.arguments, delta.replaces]
    return orjson.dumps(piece, option=orjson.OPT_APPEND_NEWLINE).decode()


def waiting(until: float) -> Part:
    """The provider is asked again so many seconds after the run began: a part with a line of its milliseconds."""
    return ("w", f"{round(until * 1000)}\n")


def end(generation: str, message: str, batch: Batch) -> bytes:
    """The generation is settled; the browser fetches the finished message."""
    state = batch.end.state if batch.end else ""
    return orjson.dumps({"type": "end", "generation": generation, "seq": batch.seq, "state": state, "message": message})


def encode(frame: dict[str, object]) -> bytes:
    """Any other frame."""
    return orjson.dumps(frame)
