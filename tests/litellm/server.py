"""The fixture `litellm_proxy`: LiteLLM's proxy on loopback, in the environment that `make test` makes for it.

A conftest takes it with `from tests.litellm.server import litellm_proxy`.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.private_servers import free_port, running

FOLDER = Path(__file__).resolve().parent
PROGRAM = FOLDER.parent.parent / ".venv-litellm" / "bin" / "litellm"
# No look-ups on the way up: prices come from the package, and nothing is reported home.
ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOG": "ERROR",
    "LITELLM_MODE": "PRODUCTION",
    "NO_PROXY": "127.0.0.1",
}
ANSWER = "A wall is built stone by stone, and none is lost: 一石一石，墙就立起来了。🧱 Done."
# What its models answer, from its own mock: no model is called.
MOCKS = {
    "mock-chat": ANSWER,
    "mock-rate-limited": "litellm.RateLimitError",
    "mock-broken": "litellm.InternalServerError",
}


@dataclass(frozen=True, slots=True)
class LiteLLMProxy:
    """Where the proxy listens and what opens it. `answer` is the text of the model "mock-chat", whole."""

    base_url: str
    master_key: str
    answer: str

    @property
    def host_port(self) -> str:
        return self.base_url.removeprefix("http://").removesuffix("/v1")


@pytest.fixture(scope="session")
def litellm_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiteLLMProxy]:
    """Start the proxy once for the run; it takes about five seconds and 350 MB while it lives."""
    if not PROGRAM.exists():
        pytest.fail(
            f"{PROGRAM} is missing: `make test` installs it (sh .ci/venv.sh .venv-litellm {FOLDER}/requirements.txt)"
        )
    folder = tmp_path_factory.mktemp("litellm")
    config = folder / "config.yaml"
    config.write_text(json.dumps(_config(), ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    port, key = free_port(), f"sk-{secrets.token_hex(24)}"
    command: list[str | Path] = [PROGRAM, "--config", config, "--host", "127.0.0.1", "--port", str(port)]
    environment = ENVIRONMENT | {"LITELLM_MASTER_KEY": key, "HOME": str(folder)}
    root = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        try:
            return httpx.get(f"{root}/health/liveliness", trust_env=False).is_success
        except httpx.TransportError:
            return False

    with running(command, ready=ready, log=folder / "log", env=environment, cwd=folder):
        yield LiteLLMProxy(base_url=f"{root}/v1", master_key=key, answer=ANSWER)


def _config() -> dict[str, object]:
    models = [
        {
            "model_name": name,
            "litellm_params": {"model": f"openai/{name}", "api_key": "unused", "mock_response": answer},
        }
        for name, answer in MOCKS.items()
    ]
    return {
        "model_list": models,
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY", "disable_spend_logs": True},
        "litellm_settings": {"telemetry": False, "num_retries": 0},
    }
