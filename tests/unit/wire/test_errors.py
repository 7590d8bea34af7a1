"""Every shape, business code and status that providers refuse with, mapped to one word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.wire.errors import BUSINESS_CODES, CODES, LONGEST_MESSAGE, WireError, from_object, from_response

# Wire protocol, section 7.2: code, retry. "yes" at once, "later" after a time the message names, "no".
DOCUMENTED = {
    **dict.fromkeys(("1000", "1001", "1002", "1004", "1005"), ("key_refused", "no")),
    "1003": ("key_expired", "no"),
    **dict.fromkeys(("1100", "1110", "1111", "1112", "1121"), ("account_locked", "no")),
    "1113": ("no_balance", "no"),
    "1120": ("account_locked", "later"),
    **dict.fromkeys(("1200", "1230"), ("provider_error", "yes")),
    **dict.fromkeys(("1210", "1212", "1213", "1214", "1215", "1231"), ("invalid_request", "no")),
    "1211": ("model_not_found", "no"),
    **dict.fromkeys(("1220", "1311", "1313", "1315"), ("not_allowed", "no")),
    **dict.fromkeys(("1221", "1222"), ("not_found", "no")),
    "1234": ("network_error", "yes"),
    "1261": ("context_too_long", "no"),
    **dict.fromkeys(("1300", "1301"), ("content_filtered", "no")),
    "1302": ("concurrency_limited", "yes"),
    "1303": ("rate_limited", "yes"),
    **dict.fromkeys(("1305", "1312"), ("overloaded", "yes")),
    **dict.fromkeys(
        ("1304", "1308", "1310", "1316", "1317", "1318", "1319", "1320", "1321"), ("quota_exhausted", "later")
    ),
    **dict.fromkeys(("1309", "1314"), ("plan_expired", "no")),
}


def refusal(status: int, body: str | bytes = b"", **headers: str) -> WireError:
    return from_response(status, headers, body.encode() if isinstance(body, str) else body)


def test_every_documented_business_code_is_known() -> None:
    assert set(BUSINESS_CODES) == set(DOCUMENTED)


@pytest.mark.parametrize("number", DOCUMENTED)
@pytest.mark.parametrize(
    "shape",
    ['{"error":{"code":"%s","message":"why"}}', '{"error":{"code":%s,"message":"why"}}', '{"code":%s,"msg":"why"}'],
)
def test_a_business_code_means_the_same_in_every_shape(number: str, shape: str) -> None:
    code, retry = DOCUMENTED[number]
    for error in (refusal(429, shape % number), refusal(500, shape % number)):
        assert (error.code, error.retryable, error.later) == (code, retry == "yes", retry == "later")
        assert (error.business_code, error.message) == (number, "why")
    assert error.status == 500


SHAPES = [
    # body, message, code, business code
    ('{"error":{"code":"1302","message":"why"}}', "why", "concurrency_limited", "1302"),
    (
        '{"error":{"message":"why","type":"invalid_request_error","param":"x","code":null}}',
        "why",
        "invalid_request",
        "invalid_request_error",
    ),
    ('{"error":{"message":"why","type":"BadRequestError","param":null,"code":400}}', "why", "invalid_request", "400"),
    ('{"error":{"code":402,"message":"why","metadata":{"raw":"x"}}}', "why", "no_balance", "402"),
    ('{"error":{"code":"402","message":"why"}}', "why", "no_balance", "402"),
    (
        '{"error":{"message":"why","type":"model_not_found"},"generationId":"gen_1"}',
        "why",
        "model_not_found",
        "model_not_found",
    ),
    ('{"code":1214,"message":"why"}', "why", "invalid_request", "1214"),
    ('{"code":500,"msg":"why","success":false}', "why", "provider_error", "500"),
    ('{"error":"why"}', "why", "invalid_request", None),
    ('{"detail":"why"}', "why", "invalid_request", None),
    (
        '{"detail":[{"loc":["body","model"],"msg":"why"}]}',
        '[{"loc": ["body", "model"], "msg": "why"}]',
        "invalid_request",
        None,
    ),
    ('{"message":"why"}', "why", "invalid_request", None),
    ("<html><body>why</body></html>", "<html><body>why</body></html>", "invalid_request", None),
    ("  why\n", "why", "invalid_request", None),
    ("", "", "invalid_request", None),
    ("[]", "[]", "invalid_request", None),
    ("null", "null", "invalid_request", None),
    ("{}", "{}", "invalid_request", None),
    ('{"error":null}', '{"error":null}', "invalid_request", None),
    ('{"error":{}}', '{"error":{}}', "invalid_request", None),
    ('{"error":{"message":null,"code":null}}', "", "invalid_request", None),
    ('{"error":{"message":{"en":"why"}}}', '{"en": "why"}', "invalid_request", None),
    ('{"error":["why"]}', '["why"]', "invalid_request", None),
    (
        '{"error":{"code":"1301","message":"why"},"contentFilter":[{"level":1,"role":"user"}]}',
        "why",
        "content_filtered",
        "1301",
    ),
    ('{"error":{"code":1302.0,"message":"why"}}', "why", "concurrency_limited", "1302"),
    (
        '{"error":{"code":"insufficient_quota","message":"why","type":"insufficient_quota"}}',
        "why",
        "no_balance",
        "insufficient_quota",
    ),
    (
        '{"error":{"code":"context_length_exceeded","message":"why","type":"invalid_request_error"}}',
        "why",
        "context_too_long",
        "context_length_exceeded",
    ),
    (
        '{"error":{"code":400,"message":"why","type":"exceed_context_size_error","n_ctx":8}}',
        "why",
        "context_too_long",
        "400",
    ),
    (
        '{"error":{"message":"This model\'s maximum context length is 8 tokens","type":"BadRequestError","code":400}}',
        "This model's maximum context length is 8 tokens",
        "context_too_long",
        "400",
    ),
    (
        '{"error":{"message":"model \\"x\\" not found, try pulling it first",'
        '"type":"not_found_error","param":null,"code":null}}',
        'model "x" not found, try pulling it first',
        "model_not_found",
        "not_found_error",
    ),
]


@pytest.mark.parametrize(("body", "message", "code", "business_code"), SHAPES)
def test_every_shape_is_read(body: str, message: str, code: str, business_code: str | None) -> None:
    error = refusal(400, body)
    assert (error.message, error.code, error.business_code, error.status) == (message, code, business_code, 400)


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (400, "invalid_request", False),
        (401, "key_refused", False),
        (402, "no_balance", False),
        (403, "not_allowed", False),
        (404, "not_found", False),
        (405, "invalid_request", False),
        (408, "provider_error", True),
        (409, "provider_error", True),
        (413, "context_too_long", False),
        (422, "invalid_request", False),
        (424, "invalid_request", False),
        (429, "rate_limited", True),
        (434, "not_allowed", False),
        (435, "invalid_request", False),
        (451, "invalid_request", False),
        (500, "provider_error", True),
        (501, "provider_error", False),
        (502, "provider_error", True),
        (503, "overloaded", True),
        (504, "provider_error", True),
        (520, "provider_error", False),
        (529, "overloaded", True),
        (599, "provider_error", False),
        (999, "provider_error", False),
    ],
)
@pytest.mark.parametrize("body", ["", "<html>", '{"error":{"code":"9999","message":"new"}}', '{"error":"x"}'])
def test_without_a_known_code_the_status_decides(status: int, code: str, retryable: bool, body: str) -> None:
    error = refusal(status, body)
    assert (error.code, error.retryable, error.later) == (code, retryable, False)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("authentication_error", "key_refused"),
        ("invalid_request_error", "key_refused"),
        ("rate_limit_exceeded", "rate_limited"),
        ("model_not_found", "model_not_found"),
        ("internal_server_error", "key_refused"),
        ("forbidden", "not_allowed"),
    ],
)
def test_a_word_beside_status_401_says_more_only_if_it_is_known(kind: str, code: str) -> None:
    assert refusal(401, f'{{"error":{{"message":"m","type":"{kind}"}}}}').code == code


@pytest.mark.parametrize("wrong", ["200", "302", "099", "600", "999", "000"])
def test_a_number_that_is_no_error_status_does_not_hide_the_real_one(wrong: str) -> None:
    assert refusal(401, f'{{"error":{{"message":"m","code":{int(wrong)}}}}}').code == "key_refused"
    assert refusal(503, f'{{"error":{{"message":"m","code":"{wrong}"}}}}').code == "overloaded"


@pytest.mark.parametrize(
    "obj",
    [
        None,
        5,
        [],
        {},
        {"choices": []},
        {"error": None, "choices": []},
        {"error": {}, "choices": []},
        {"error": ""},
        {"error": False},
        {"code": 200, "message": "ok", "choices": []},
        {"code": 1214, "message": "m", "choices": []},
        {"code": 200, "msg": "success", "data": []},
        {"code": 0, "message": "ok"},
        {"code": 1302, "msg": "fine", "success": True},
        {"message": "hello"},
        {"type": "ping", "message": "hello"},
        {"code": 1214},
        {"success": False},
    ],
)
def test_what_is_no_error_is_none(obj: object) -> None:
    assert from_object(obj) is None


@pytest.mark.parametrize(
    ("obj", "code", "message"),
    [
        ({"error": "m"}, "provider_error", "m"),
        ({"error": {"message": "m"}}, "provider_error", "m"),
        ({"error": {"message": "m"}, "choices": [{"delta": {}}]}, "provider_error", "m"),
        ({"error": {"code": 502, "message": "m"}}, "provider_error", "m"),
        ({"error": {"code": 401, "message": "m"}}, "key_refused", "m"),
        ({"error": {"code": 429, "message": "m"}}, "rate_limited", "m"),
        ({"error": {"code": "1113", "message": "m"}}, "no_balance", "m"),
        ({"error": True}, "provider_error", ""),
        ({"error": True, "message": "m"}, "provider_error", "m"),
        ({"error": 7}, "provider_error", "7"),
        ({"error": ["m"]}, "provider_error", '["m"]'),
        ({"code": 1305, "message": "m"}, "overloaded", "m"),
        ({"code": "1305", "msg": "m", "success": False}, "overloaded", "m"),
        ({"msg": "m", "success": False}, "provider_error", "m"),
        ({"detail": "m"}, "provider_error", "m"),
        ({"detail": [{"msg": "m"}]}, "provider_error", '[{"msg": "m"}]'),
    ],
)
def test_an_error_inside_a_200_answer_is_found(obj: object, code: str, message: str) -> None:
    error = from_object(obj)
    assert error is not None
    assert (error.code, error.message, error.status) == (code, message, None)


# -- Retry-After --


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0.5", 0.5),
        ("86400", 86400.0),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("٣", None),
        ("7; 8", None),
        ("9" * 50, None),
        ("Sat, 21 Nov 2026 05:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 04:00:00 GMT", 0.0),
        ("Sat, 99 Nov 2026 04:00:00 GMT", None),
    ],
)
def test_the_time_to_wait_is_read(value: str, seconds: float | None) -> None:
    headers = {"retry-after": value, "date": "Sat, 21 Nov 2026 05:00:00 GMT"}
    assert from_response(503, headers, b"").retry_after == seconds


@pytest.mark.parametrize("date", ["", "yesterday", "Sat, 21 Nov 2026 05:00:00"])
def test_a_date_without_a_date_to_compare_is_not_guessed(date: str) -> None:
    headers = {"retry-after": "Sat, 21 Nov 2026 05:00:30 GMT", "date": date}
    assert from_response(503, headers, b"").retry_after is None


# -- the error itself --


def test_messages_are_cut_and_cleaned() -> None:
    error = refusal(500, '{"error":{"message":"' + "\\u0000\\ud800" + "x" * 9000 + '"}}')
    assert len(error.message) == LONGEST_MESSAGE
    assert error.message.startswith("\ufffdxxx")
    assert len(refusal(502, b"\x00\xff" + b"<p>" * 5000).message) == LONGEST_MESSAGE


def test_a_key_that_the_provider_repeats_is_taken_out() -> None:
    key = "0123456789abcdef.Canary"
    for message in (f"Incorrect API key: {key}.", "x" * 490 + key, "x" * (LONGEST_MESSAGE - 12) + key, key * 40):
        error = refusal(401, f'{{"error":{{"code":"1000","message":"{message}"}}}}').without(key)
        assert key[:8] not in error.message
        assert key[:8] not in str(error)
        assert key[:8] not in repr(error)
        assert (error.code, error.status, error.business_code) == ("key_refused", 401, "1000")


def test_an_error_without_the_key_stays_as_it_is() -> None:
    error = refusal(401, '{"error":{"message":"bad key"}}')
    assert error.without("0123456789abcdef.Canary") is error
    assert error.without("") is error


def test_an_error_says_its_code_and_message() -> None:
    assert str(WireError("overloaded", "try later")) == "overloaded: try later"
    assert str(WireError("overloaded")) == "overloaded"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "message", "msg", "type", "detail", "success", "choices"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.integers(400, 599))
def test_no_object_crashes(obj: object, status: int) -> None:
    error = from_object(obj, status)
    assert error is None or error.code in CODES


@given(st.binary(max_size=200), st.integers(400, 599), st.text(max_size=20))
def test_no_body_crashes(body: bytes, status: int, header: str) -> None:
    assert from_response(status, {"retry-after": header, "date": header}, body).code in CODES
