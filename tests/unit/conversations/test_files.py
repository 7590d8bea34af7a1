"""Files of conversations are read whole or refused with what is wrong and where."""

import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.conversations.files.imported import BadFile, Imported
from playground.conversations.files.read import LARGEST, MOST, MOST_MESSAGES, read_conversations

OWN: dict[str, Any] = {
    "format": "trial-center.conversation",
    "version": 1,
    "title": "Ferry",
    "messages": [
        {"id": "a", "parent": None, "role": "user", "content": "When?"},
        {"id": "b", "parent": "a", "role": "assistant", "content": "At ten.", "reasoning_content": "Look it up."},
        {"id": "c", "parent": "a", "role": "assistant", "content": "At eleven."},
    ],
    "leaf": "b",
}


def node(key: str, parent: str | None, role: str, text: str, **more: Any) -> dict[str, Any]:
    content = more.pop("content", {"content_type": "text", "parts": [text]})
    message = {"id": key, "author": {"role": role}, "content": content, "create_time": 1_700_000_000.5, **more}
    return {"id": key, "parent": parent, "children": [], "message": message}


def chatgpt(*nodes: dict[str, Any], current: str = "") -> dict[str, Any]:
    mapping = {"root": {"id": "root", "parent": None, "children": [], "message": None}}
    mapping |= {one["id"]: one for one in nodes}
    return {"title": "From there", "create_time": 1_700_000_000, "mapping": mapping, "current_node": current}


def read(*documents: object) -> list[Imported]:
    return read_conversations(json.dumps(list(documents)).encode())


def told(found: Imported) -> list[tuple[str | None, str, str]]:
    return [(one.parent, one.role, one.content) for one in found.messages]


def test_our_own_export_comes_back_with_its_branches() -> None:
    (found,) = read(OWN)
    assert told(found) == [
        (None, "user", "When?"),
        ("a", "assistant", "At ten."),
        ("a", "assistant", "At eleven."),
    ]
    assert (found.title, found.leaf, found.messages[1].reasoning_content) == ("Ferry", "b", "Look it up.")


@pytest.mark.parametrize("joined", [b"\n".join, lambda lines: b"\xef\xbb\xbf" + b"\r\n".join(lines) + b"\n\n"])
def test_json_lines_are_read_line_by_line(joined: Any) -> None:
    assert len(read_conversations(joined([json.dumps(OWN).encode()] * 3))) == 3


def test_chatgpt_says_who_answered_whom_and_what_is_hidden_is_left_out() -> None:
    hidden = {"is_visually_hidden_from_conversation": True}
    (found,) = read(
        chatgpt(
            node("s", "root", "system", "be nice"),
            node("h", "s", "user", "my profile", metadata=hidden),
            node("u", "h", "user", "Hello"),
            node(
                "t",
                "u",
                "assistant",
                "",
                content={"content_type": "thoughts", "thoughts": [{"content": "A greeting."}]},
            ),
            node("a", "t", "assistant", "Hi.", metadata={"model_slug": "gpt-4o"}),
            node("call", "a", "assistant", "search(ferry)", recipient="web"),
            node("tool", "call", "tool", "found"),
            node("a2", "tool", "assistant", "It leaves at ten."),
            node(
                "u2",
                "a2",
                "user",
                "",
                content={"content_type": "multimodal_text", "parts": [{"image": 1}, "And this?"]},
            ),
            node("b", "u", "assistant", "Another answer."),
            current="u2",
        )
    )
    assert told(found) == [
        (None, "user", "Hello"),
        ("u", "assistant", "Hi.\n\nIt leaves at ten."),
        ("a", "user", "And this?"),
        ("u", "assistant", "Another answer."),
    ]
    assert (found.leaf, found.messages[1].reasoning_content) == ("u2", "A greeting.")
    assert [message.model for message in found.messages] == ["", "gpt-4o", "", ""]
    assert found.messages[0].created_at is not None


def test_answers_that_go_two_ways_are_not_run_together() -> None:
    (found,) = read(
        chatgpt(
            node("u", "root", "user", "Hello"),
            node("a", "u", "assistant", "Well,"),
            node("b", "a", "assistant", "one."),
            node("c", "a", "assistant", "two."),
            current="c",
        )
    )
    assert told(found)[1:] == [("u", "assistant", "Well,"), ("a", "assistant", "one."), ("a", "assistant", "two.")]


def test_messages_of_openai_become_one_line_of_turns() -> None:
    (found,) = read(
        {
            "model": "glm-4.5",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {}}]},
                {"role": "assistant", "content": "Hello."},
            ],
        }
    )
    assert (found.system_prompt, found.model) == ("Be brief.", "glm-4.5")
    assert told(found) == [(None, "user", "Hi"), ("1", "assistant", "Hello.")]


def call(key: str, name: str, arguments: Any = "{}") -> dict[str, Any]:
    return {"id": key, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_tool_turns_of_openai_come_in_with_every_result_at_its_call() -> None:
    (found,) = read(
        {
            "messages": [
                {"role": "user", "content": "How warm, and when?"},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [call("c1", "warm", {"city": "奥斯陆"}), call("c2", "at")],
                },
                {"role": "tool", "tool_call_id": "c2", "content": "noon"},
                {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "-4"}]},
                {"role": "assistant", "content": "Minus four at noon."},
            ]
        }
    )
    assert [(one.parent, one.role) for one in found.messages] == [
        (None, "user"), ("0", "assistant"), ("1", "tool"), ("2", "assistant"),
    ]  # fmt: skip
    asked, answered = found.messages[1], found.messages[2]
    assert list(asked.tool_calls) == [call("c1", "warm", '{"city": "奥斯陆"}'), call("c2", "at")]
    assert list(answered.results) == [
        {"id": "c1", "name": "warm", "content": "-4"},
        {"id": "c2", "name": "at", "content": "noon"},
    ]


def test_calls_and_results_from_before_there_were_tool_calls_come_in_too() -> None:
    (found,) = read(
        {
            "messages": [
                {"role": "user", "content": "How warm?"},
                {
                    "role": "assistant",
                    "content": None,
                    "function_call": {"name": "warm", "arguments": '{"city": "Oslo"}'},
                },
                {"role": "function", "name": "warm", "content": "-4"},
                {"role": "assistant", "content": "Minus four."},
            ]
        }
    )
    assert [(one.parent, one.role) for one in found.messages] == [
        (None, "user"), ("0", "assistant"), ("1", "tool"), ("2", "assistant"),
    ]  # fmt: skip
    assert list(found.messages[1].tool_calls) == [call("call_0", "warm", '{"city": "Oslo"}')]
    assert list(found.messages[2].results) == [{"id": "call_0", "name": "warm", "content": "-4"}]
    with pytest.raises(BadFile, match=r"\$\.messages\[0\]\.function_call"):
        read({"messages": [{"role": "assistant", "function_call": {"arguments": "{}"}}]})


def test_a_result_that_nobody_asked_for_is_left_out() -> None:
    turns = [{"role": "tool", "tool_call_id": "x", "content": "lost"}, {"role": "user", "content": "Hi"}]
    (found,) = read({"messages": turns})
    assert told(found) == [(None, "user", "Hi")]


@pytest.mark.parametrize("calls", [{"a": 1}, [7], [{"id": "c"}], [{"function": {"name": 3}}]])
def test_calls_that_are_none_are_refused_with_their_path(calls: Any) -> None:
    with pytest.raises(BadFile, match=r"\$\.messages\[0\]\.tool_calls"):
        read({"messages": [{"role": "assistant", "content": "", "tool_calls": calls}]})


def test_a_zip_as_chatgpt_sends_it_is_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("user.json", "{}")
        archive.writestr("conversations.json", json.dumps([chatgpt(node("u", "root", "user", "Hello"), current="u")]))
    assert [one.title for one in read_conversations(packed.getvalue())] == ["From there"]


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def changed(**facts: Any) -> list[Any]:
    return [{**OWN, **facts}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no JSON"),
        (b"<html>", "no JSON"),
        (b'{"a": 1}\n{"b"', "Line 2 is no JSON"),
        (b"[]", "no conversation with messages"),
        (b"[7]", "Conversation 1: It is none of the known kinds"),
        (json.dumps(changed(version=2)), "$.version"),
        (json.dumps(changed(messages=[{"id": "a", "role": "god", "content": ""}])), "$.messages[0].role"),
        (json.dumps(changed(messages=[OWN["messages"][1]])), "stands before its parent"),
        (json.dumps(changed(messages=[OWN["messages"][0]] * 2)), "Two messages have the id a"),
        (json.dumps([{"messages": ["hello"]}]), "$.messages[0] is no message"),
        (json.dumps([chatgpt(node("x", "y", "user", "1"), node("y", "x", "user", "2"))]), "circle"),
        (json.dumps([OWN] * (MOST + 1)), "this one has 1,001"),
        (zipped("other.json", b"[]"), "no conversations.json"),
        (zipped("conversations.json", b" " * (LARGEST + 1)), "too large"),
        (
            json.dumps([{"messages": [{"role": "user", "content": "x"}] * (MOST_MESSAGES + 1)}]),
            "more than 10,000 messages",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(content: str | bytes, words: str) -> None:
    with pytest.raises(BadFile) as refusal:
        read_conversations(content.encode() if isinstance(content, str) else content)
    assert words in refusal.value.message


NAMES = ["messages", "mapping", "message", "parent", "author", "role", "content", "parts", "content_type", "metadata"]
VALUES = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text() | st.sampled_from(["user", "text", "a"])
JSON = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner), max_leaves=12
)
TREES = st.fixed_dictionaries({"mapping": st.dictionaries(st.sampled_from(["a", "b", "c"]), JSON)})


@given(JSON | TREES)
def test_no_json_breaks_the_reader(document: object) -> None:
    try:
        found = read_conversations(json.dumps(document).encode())
    except BadFile:
        return
    assert all(one.messages for one in found)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    try:
        read_conversations(content)
    except BadFile:
        return
