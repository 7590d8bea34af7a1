"""LiteLLM's proxy answers as an upstream should; what this house makes of it is tested where the house is whole."""

import json

import httpx
import pytest

from tests.litellm.server import LiteLLMProxy


def ask(proxy: LiteLLMProxy, model: str) -> tuple[int, str]:
    body = {
        "model": model,
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "How is a wall built?"}],
    }
    headers = {"Authorization": f"Bearer {proxy.master_key}"}
    with (
        httpx.Client(trust_env=False, timeout=30) as client,
        client.stream("POST", f"{proxy.base_url}/chat/completions", json=body, headers=headers) as answer,
    ):
        answer.read()
        return answer.status_code, answer.content.decode()


def test_it_streams_its_answer_in_pieces_with_usage(litellm_proxy: LiteLLMProxy) -> None:
    status, text = ask(litellm_proxy, "mock-chat")
    payloads = [line.removeprefix("data: ") for line in text.split("\n") if line.startswith("data: ")]
    chunks = [json.loads(payload) for payload in payloads[:-1]]
    pieces = [choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"]]
    assert status == 200
    assert payloads[-1] == "[DONE]"
    assert "".join(pieces) == litellm_proxy.answer
    assert len([piece for piece in pieces if piece]) > 5
    assert chunks[-1]["usage"]["total_tokens"] > 0


@pytest.mark.parametrize(("model", "status"), [("mock-rate-limited", 429), ("mock-broken", 500)])
def test_it_refuses_where_its_mock_says_so(litellm_proxy: LiteLLMProxy, model: str, status: int) -> None:
    answered, text = ask(litellm_proxy, model)
    assert answered == status, text
    assert "error" in json.loads(text)


def test_it_lists_its_models(litellm_proxy: LiteLLMProxy) -> None:
    headers = {"Authorization": f"Bearer {litellm_proxy.master_key}"}
    answer = httpx.get(f"{litellm_proxy.base_url}/models", headers=headers, trust_env=False)
    assert "mock-chat" in {model["id"] for model in answer.json()["data"]}
