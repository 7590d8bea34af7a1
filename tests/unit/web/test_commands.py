"""Commands are decoded strictly and bounded: an answer or a code, never a traceback."""

import uuid

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.web.commands import MAX_FRAME, Ask, BadFrame, Follow, Ping, Seen, Send, Stop, parse

ID = "5f0c2f0e-3f43-4be5-8e0a-4a6f26f2a001"

BAD = [
    ("", "malformed"),
    ("x", "malformed"),
    ("[]", "malformed"),
    ("null", "malformed"),
    ('"ping"', "malformed"),
    ('{"type": NaN}', "malformed"),
    ('{"id": Infinity, "type": "ping"}', "malformed"),
    ("[" * 5000 + "]" * 5000, "malformed"),
    ('{"id": "1", "type": "ping"}', "malformed"),
    ('{"id": -1, "type": "ping"}', "malformed"),
    ('{"id": true, "type": "ping"}', "malformed"),
    ('{"id": 1.5, "type": "ping"}', "malformed"),
    ('{"id": ' + "9" * 6000 + ', "type": "ping"}', "malformed"),
    ("{}", "unknown_command"),
    ('{"type": "execute"}', "unknown_command"),
    ('{"type": ["ping"]}', "unknown_command"),
    ('{"type": {"ping": 1}}', "unknown_command"),
    ('{"type": "generation.stop"}', "bad_field"),
    ('{"type": "generation.stop", "generation": 5}', "bad_field"),
    ('{"type": "generation.stop", "generation": "x"}', "bad_field"),
    ('{"type": "generation.stop", "generation": "' + "a" * 400 + '"}', "bad_field"),
    ('{"type": "conversation.look", "conversation": "x"}', "bad_field"),
    ('{"type": "conversation.look", "conversation": [null]}', "bad_field"),
    (f'{{"type": "generation.follow", "generation": "{ID}"}}', "bad_field"),
    (f'{{"type": "generation.follow", "generation": "{ID}", "after": -1}}', "bad_field"),
    (f'{{"type": "generation.follow", "generation": "{ID}", "after": 1e30}}', "bad_field"),
    (f'{{"type": "generation.follow", "generation": "{ID}", "after": true}}', "bad_field"),
    ('{"type": "message.send", "client_id": "a"}', "bad_field"),
    ('{"type": "message.send", "client_id": 1, "text": "a"}', "bad_field"),
    ('{"type": "message.send", "client_id": "a", "text": "a", "settings": [1]}', "bad_field"),
    ('{"type": "message.send", "client_id": "a", "text": "a", "settings": {"temperature": "hot"}}', "bad_settings"),
    ('{"type": "message.send", "client_id": "a", "text": "a", "settings": {"max_tokens": true}}', "bad_settings"),
    ('{"type": "message.send", "client_id": "a", "text": "a", "settings": {"offer": "nope"}}', "bad_settings"),
    (f'{{"type": "comparison.send", "comparison": "{ID}", "client_id": "a", "text": "a"}}', "bad_field"),
    (f'{{"type": "comparison.send", "comparison": "{ID}", "client_id": "a", "text": "a", "columns": []}}', "bad_field"),
    (
        f'{{"type": "comparison.send", "comparison": "{ID}", "client_id": "a", "text": "a", "columns": ["{ID}"]}}',
        "bad_field",
    ),
    (
        f'{{"type": "comparison.send", "comparison": "{ID}", "client_id": "a", "text": "a", "columns": [{{}}]}}',
        "bad_field",
    ),
    (
        f'{{"type": "comparison.send", "comparison": "{ID}", "client_id": "a", "text": "a", "columns": ['
        + ", ".join([f'{{"column": "{ID}"}}'] * 7)
        + "]}",
        "bad_field",
    ),
    ('{"type": "ping", "pad": "' + "x" * MAX_FRAME + '"}', "too_large"),
]


@pytest.mark.parametrize(("frame", "code"), BAD)
def test_what_is_not_a_command_is_refused_with_a_code(frame: str, code: str) -> None:
    with pytest.raises(BadFrame) as refused:
        parse(frame)
    assert refused.value.code == code


def test_invalid_utf8_is_malformed() -> None:
    with pytest.raises(BadFrame, match="JSON object"):
        parse(b'{"type": "\xff"}')


def test_commands_become_values() -> None:
    generation = uuid.UUID(ID)
    assert parse('{"id": 4, "type": "ping"}') == (4, Ping())
    assert parse(f'{{"type": "generation.stop", "generation": "{ID}"}}') == (0, Stop(generation))
    assert parse(f'{{"type": "generation.seen", "generation": "{ID}", "seq": 9}}') == (0, Seen(generation, 9))
    assert parse(f'{{"type": "generation.follow", "generation": "{ID}", "after": 0}}') == (0, Follow(generation, 0))
    asked = {"type": "comparison.send", "comparison": ID, "client_id": "c", "text": "t"}
    columns = [{"column": ID, "parent": ID}, {"column": ID, "parent": None}]
    ask = Ask(generation, "c", "t", ((generation, generation), (generation, None)))
    assert parse(orjson.dumps(asked | {"columns": columns})) == (0, ask)
    number, send = parse(
        orjson.dumps(
            {
                "id": 1,
                "type": "message.send",
                "conversation": None,
                "client_id": "c",
                "text": "hello",
                "settings": {"offer": ID, "temperature": 1, "thinking": False, "unknown": {"html": "<b>"}},
            }
        )
    )
    assert number == 1
    assert isinstance(send, Send)
    assert send.conversation is None
    assert send.settings.offer == generation
    assert send.settings.temperature == 1.0
    assert send.settings.thinking is False


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda children: st.lists(children) | st.dictionaries(st.text(), children),
        max_leaves=12,
    ),
    st.sampled_from(
        ["message.send", "message.edit", "comparison.send", "generation.follow", "generation.seen", "ping"]
    ),
)
def test_any_json_is_a_command_or_a_bad_frame(value: object, kind: str) -> None:
    for candidate in (
        value,
        {"type": kind, "id": value},
        {"type": kind, "text": value, "settings": value, "columns": value},
    ):
        try:
            data = orjson.dumps(candidate)
        except TypeError:
            continue  # integers beyond 64 bits cannot be written, only read
        assert _code(data) in {"", "malformed", "unknown_command", "bad_field", "bad_settings"}


def _code(data: bytes) -> str:
    """The code a frame is refused with, "" for a command."""
    try:
        parse(data)
    except BadFrame as refused:
        return refused.code
    return ""
