"""What is kept of a request: small, without the key, and enough to have the very bytes again."""

import subprocess
from pathlib import Path

import orjson
from hypothesis import given
from hypothesis import strategies as st

from playground.wire.request import ChatMessage, CompletionRequest, Dialect, build_payload, wire_messages
from playground.wire.sent import Sent
from playground.wire.snippets import curl

URL = "https://open.example/api/paas/v4/chat/completions"
HEADERS = (("host", "open.example"), ("content-type", "application/json"), ("authorization", "Bearer sk-secret-1"))
NASTY = 'It\'s $HOME, `id`, "two" \\ lines\nand 中文 !'


def sent_of(*texts: str) -> tuple[Sent, bytes, list[dict[str, object]]]:
    """A request with these texts, its body, and its messages as rows would give them."""
    messages = tuple(ChatMessage("user", text) for text in texts)
    request = CompletionRequest("glm-4.5-air", messages, thinking="enabled", temperature=0.6, max_tokens=800)
    body = orjson.dumps(build_payload(request, Dialect("glm", "glm")))
    return Sent.of("POST", URL, HEADERS, body), body, wire_messages(messages)


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_the_body_is_put_together_again_byte_for_byte(texts: list[str]) -> None:
    sent, body, messages = sent_of(*texts)
    kept = Sent.from_json(orjson.loads(orjson.dumps(sent.to_json())))
    assert kept == sent
    assert kept.body(messages) == body


def test_a_body_with_other_texts_is_not_passed_off_as_the_one_that_was_sent() -> None:
    sent, _body, _messages = sent_of("one", "two")
    assert sent.body(wire_messages([ChatMessage("user", "one"), ChatMessage("user", "TWO")])) is None


def test_neither_key_nor_texts_are_kept() -> None:
    long = "a text " * 10_000
    sent, body, _messages = sent_of(long)
    kept = orjson.dumps(sent.to_json())
    assert b"sk-secret-1" not in kept
    assert b"a text" not in kept
    assert len(body) > 60_000
    assert len(kept) < 1_000


def test_the_curl_command_sends_the_same_through_a_shell(tmp_path: Path) -> None:
    sent, body, _messages = sent_of(NASTY)
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done\n')
    fake.chmod(0o755)
    env = {"PATH": f"{tmp_path}:/bin:/usr/bin", "API_KEY": "my-key", "HOME": "/wrong"}
    said = subprocess.run(["sh", "-c", curl(sent, body)], env=env, capture_output=True, check=True).stdout
    words = said.split(b"\0")
    assert URL.encode() in words
    assert words[words.index(b"--data-raw") + 1] == body
    assert b"content-type: application/json" in words
    assert b"authorization: Bearer my-key" in words
    assert b"host: open.example" not in words
