"""A key shows itself to nobody but whom it is revealed to."""

import copy
import logging
import pickle
import traceback
from dataclasses import asdict, dataclass

import pytest

from playground.wire.secret import Secret, is_sendable

KEY = "0123456789abcdef0123456789abcdef.Canary7Canary7XY"


@dataclass(frozen=True)
class Holder:
    secret: Secret


def shown(caplog: pytest.LogCaptureFixture) -> list[str]:
    secret = Secret(KEY)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").error("key %s %r", secret, [secret], extra={"key": secret})
    try:
        raise ValueError(secret)
    except ValueError as error:
        trace = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    return [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!s} {secret!r} {secret!a}",
        format(secret),
        "%s %r" % (secret, secret),  # noqa: UP031 - this way of writing is the one tested
        repr({"key": secret}),
        repr(Holder(secret)),
        trace,
        caplog.text,
    ]


def test_no_text_made_of_a_secret_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    for text in shown(caplog):
        assert "Canary" not in text
        assert KEY[:8] not in text


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError) as caught:
        pickle.dumps(Secret(KEY), protocol)
    assert "Canary" not in str(caught.value)


def test_it_is_not_copied() -> None:
    for duplicate in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            duplicate(Secret(KEY))
    with pytest.raises(TypeError):
        asdict(Holder(Secret(KEY)))


def test_it_has_no_dictionary_and_no_public_attributes() -> None:
    assert not hasattr(Secret(KEY), "__dict__")
    assert [name for name in dir(Secret(KEY)) if not name.startswith("_")] == ["reveal"]


def test_it_reveals_its_value_and_compares_by_it() -> None:
    assert Secret(KEY).reveal() == KEY
    assert Secret(KEY) == Secret(KEY)
    assert Secret(KEY) != Secret(KEY + "x")
    assert Secret(KEY) != KEY
    assert hash(Secret(KEY)) == hash(Secret(KEY))
    assert Secret(KEY)
    assert not Secret("")


@pytest.mark.parametrize(
    "value", ["ключ", "a b", "a\nb", "a\r\nX: y", "a\x00b", "a\tb", "\x7f", "é", "a\u200bb", "\ud800"]
)
def test_what_cannot_be_in_a_header_is_refused_without_saying_it(value: str) -> None:
    assert not is_sendable(value)
    with pytest.raises(ValueError) as caught:
        Secret(value)
    assert value not in str(caught.value)
