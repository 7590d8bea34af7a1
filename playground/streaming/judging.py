"""Has an answer judged that was to be JSON, by a process that cannot take the server with it (tools/judging.py)."""

import asyncio
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import orjson

import playground
from playground.conversations.progress import Settlement
from playground.streaming.plan import Plan
from playground.tools.judging import Verdict, judge, read_answer, unfinished

log = logging.getLogger(__name__)

PATIENCE: Final = 15.0  # seconds of waiting for a judge, who has fewer of CPU
_COMMAND: Final = (sys.executable, "-m", "playground.tools.judging")
_HOME: Final = Path(playground.__file__).resolve().parent.parent

_clerks = ThreadPoolExecutor(2, thread_name_prefix="judging")  # so many judges at once; others wait their turn


async def verdict_on(settlement: Settlement, plan: Plan) -> Verdict | None:
    """The verdict on a finished answer; None when it was not to be JSON, or asks for tools first."""
    if plan.judged is None or settlement.tool_calls or not settlement.content.strip():
        return None
    if plan.judged.schema is None:
        return judge(None, settlement.content)
    asked = orjson.dumps({"schema": plan.judged.schema, "text": settlement.content})
    said = await asyncio.get_running_loop().run_in_executor(_clerks, _ask, asked)
    return orjson.loads(said) if said else unfinished(read_answer(settlement.content)[0])


def _ask(asked: bytes) -> bytes:
    """What the judge writes; nothing when time or memory ran out."""
    try:
        done = subprocess.run(_COMMAND, cwd=_HOME, input=asked, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired:
        log.warning("an answer could not be judged within %s seconds", PATIENCE)
        return b""
    if done.returncode:
        log.warning("an answer could not be judged within the limits (exit %s)", done.returncode)
        return b""
    return done.stdout
