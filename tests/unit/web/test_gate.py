"""What the servers raise towards a browser that has gone ends at the gate; every other fault goes on."""

from collections.abc import Mapping
from typing import Any

import pytest
from autobahn.exception import Disconnected

from playground.web.gate import while_connected

pytestmark = pytest.mark.anyio


def raising(fault: Exception | None, sent: list[Mapping[str, Any]]) -> Any:
    async def send(message: Mapping[str, Any]) -> None:
        if fault is not None:
            raise fault
        sent.append(message)

    return send


@pytest.mark.parametrize("fault", [Disconnected("closed"), OSError("closed"), ConnectionResetError()])
async def test_a_frame_for_a_browser_that_has_gone_is_dropped(fault: Exception) -> None:
    sent: list[Mapping[str, Any]] = []
    await while_connected(raising(fault, sent))({"type": "websocket.send"})
    assert sent == []


async def test_a_frame_for_a_browser_that_is_there_is_sent() -> None:
    sent: list[Mapping[str, Any]] = []
    await while_connected(raising(None, sent))({"type": "websocket.send"})
    assert sent == [{"type": "websocket.send"}]


async def test_a_fault_of_our_own_is_not_hidden() -> None:
    with pytest.raises(ValueError):
        await while_connected(raising(ValueError("ours"), []))({"type": "websocket.send"})
