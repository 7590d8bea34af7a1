"""docs/websocket.md has an example of every command and frame, and every code that a client may meet."""

import json
import re
from pathlib import Path

import pytest

from playground.web import consumer, sessions
from playground.web.commands import COMMANDS, parse

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/websocket.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^(=>|<-) (\{.*?\})$(?=\n(?:=>|<-|```))", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"""(?:Refused|BadFrame|super\(\).__init__)\(\s*"([a-z_]+)",""")
# What carries out commands: a refusal in any of these reaches the browser as an error frame.
REACHED = (
    "conversations/turns.py",
    "conversations/run_settings.py",
    "budgets/errors.py",
    "comparisons/asking.py",
    *(f"web/{name}.py" for name in ("acts", "comparing", "looking", "commands", "consumer")),
)


def examples(arrow: str) -> list[str]:
    return [text for found, text in EXAMPLE.findall(DOCUMENT) if found == arrow]


def types(arrow: str) -> set[str]:
    return {found[1] for text in examples(arrow) if (found := re.search(r'"type": "([a-z.]+)"', text))}


def test_every_command_has_an_example_and_every_example_is_a_command() -> None:
    assert types("=>") == set(COMMANDS)


@pytest.mark.parametrize("text", examples("=>"))
def test_the_example_can_be_sent(text: str) -> None:
    """With the ids written out, which the document shortens."""
    whole = re.sub(r'"[0-9a-f]{4}\.\.\."', '"9a1f0c5f-6d2e-4b0e-9a43-3f0c5f3f5a51"', text)
    json.loads(whole)
    parse(whole)


def test_every_frame_has_an_example() -> None:
    source = "".join(
        (ROOT / "playground" / name).read_text()
        for name in ("web/consumer.py", "web/gate.py", "web/presence.py", "streaming/frames.py", "streaming/notices.py")
    )
    sent = set(re.findall(r'"type": "([a-z]+)"', source))
    assert {"hello", "ack", "error", "delta", "end", "notice", "draining"} <= sent
    assert sent - types("<-") == set()


def test_every_code_of_an_error_is_listed() -> None:
    raised = {code for name in REACHED for code in CODE.findall((ROOT / "playground" / name).read_text())}
    assert len(raised) > 20
    table = DOCUMENT.split("| code | means |")[1].split("## Close codes")[0]
    listed = set(re.findall(r"`([a-z_]+)`", table))
    assert raised - listed == set()


def test_every_close_code_is_listed() -> None:
    listed = {int(code) for code in re.findall(r"^\| (\d{4}) \|", DOCUMENT, re.MULTILINE)}
    own = {
        consumer.SIGNED_OUT,
        consumer.MALFORMED,
        consumer.TOO_SLOW,
        consumer.FLOOD,
        consumer.RESTART,
        sessions.PUT_OUT,
    }
    assert {*own, 4403} - listed == set()
