"""What Prometheus reads: off without a token, counted once a run, never a secret or a name of a person in it."""

import time
import uuid
from decimal import Decimal

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings as SettingsWrapper

from playground.accounts.models import Team, User
from playground.ledger import meters, nightly
from playground.streaming.meters import LAG, Lag
from tests.entries import write_entry

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-some-length"


@pytest.fixture
def token(settings: SettingsWrapper) -> str:
    """Metrics are on."""
    settings.METRICS_TOKEN = TOKEN
    settings.METRICS_PROCESS = "here:8000"
    return TOKEN


def read(client: Client) -> str:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return answer.content.decode()


def figures(text: str, model: str) -> dict[str, float]:
    """The figures of a model, those of its states and currencies under their names."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.labels.get("model") == model:
                more = [
                    sample.labels[name] for name in ("state", "code", "kind", "currency", "le") if name in sample.labels
                ]
                name = " ".join([sample.name, *more])
                found[name] = found.get(name, 0) + sample.value  # of all providers
    return found


def test_without_a_token_in_the_settings_there_is_no_such_page(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer \xff"])
def test_a_missing_or_wrong_token_is_refused(client: Client, token: str, header: str) -> None:
    answer = client.get("/metrics", headers={"authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_run_is_counted_with_tokens_cost_and_ttft(client: Client, token: str, alice: User, team: Team) -> None:
    model = f"Model {uuid.uuid4()}"
    for _ in range(2):
        meters.count(write_entry(alice, team, model=model))
    meters.count(
        write_entry(alice, team, model=model, price=None, state="failed", error_code="overloaded", ttft_ms=None)
    )
    found = figures(read(client), model)
    for name, value in {
        "trial_center_requests_total finished": 2,
        "trial_center_requests_total failed": 1,
        "trial_center_errors_total overloaded": 1,
        "trial_center_tokens_total prompt": 3000,
        "trial_center_tokens_total cached": 1200,
        "trial_center_tokens_total completion": 900,
        "trial_center_tokens_total reasoning": 360,
        "trial_center_unpriced_total": 1,
        "trial_center_ttft_seconds_count": 2,
        "trial_center_ttft_seconds_bucket 0.3": 0,
        "trial_center_ttft_seconds_bucket 0.5": 2,
    }.items():
        assert found[name] == value, name
    assert found["trial_center_cost_total CNY"] == pytest.approx(float(2 * Decimal("0.001144")))


def test_nothing_is_counted_while_nobody_may_ask(
    client: Client, alice: User, team: Team, settings: SettingsWrapper
) -> None:
    model = f"Model {uuid.uuid4()}"
    meters.count(write_entry(alice, team, model=model))
    settings.METRICS_TOKEN = TOKEN
    assert figures(read(client), model) == {}


def test_every_figure_names_its_process_and_none_a_person(client: Client, token: str, alice: User, team: Team) -> None:
    meters.count(write_entry(alice, team))
    text = read(client)
    families = list(text_string_to_metric_families(text))
    assert all(sample.labels["process"] == "here:8000" for family in families for sample in family.samples)
    assert {"trial_center_streams_running", "trial_center_streams_waiting", "trial_center_database_queue"} <= {
        family.name for family in families
    }
    assert "process_resident_memory_bytes" in text
    for secret in (TOKEN, "alice", "Team default"):
        assert secret not in text.lower() if secret == "alice" else secret not in text


def test_how_late_the_loop_woke_is_measured_from_beat_to_beat(token: str) -> None:
    lag = Lag(0.25)
    assert [round(lag.beat(now), 3) for now in (10.0, 10.25, 10.6, 10.7)] == [0.0, 0.0, 0.1, 0.0]
    (family,) = LAG.collect()
    assert next(sample.value for sample in family.samples if sample.name.endswith("_count")) >= 3


def test_a_name_that_would_break_the_format_does_not(client: Client, token: str, alice: User, team: Team) -> None:
    model = f'a "quoted"\nname \\ {uuid.uuid4()}'
    meters.count(write_entry(alice, team, model=model))
    assert figures(read(client), model)["trial_center_requests_total finished"] == 1


def test_how_the_nights_work_went_is_told_with_its_moment(client: Client, token: str) -> None:
    def samples() -> dict[tuple[str, str], float]:
        families = text_string_to_metric_families(read(client))
        return {
            (one.name, one.labels["task"]): one.value
            for family in families
            for one in family.samples
            if "task" in one.labels
        }

    assert samples() == {}
    with nightly.reporting("export_usage"):
        pass
    with nightly.reporting("check_totals") as report:
        report.outcome = "wrong"
    found = samples()
    assert found["trial_center_nightly_well", "export_usage"] == 1
    assert found["trial_center_nightly_well", "check_totals"] == 0
    assert found["trial_center_nightly_ended_seconds", "check_totals"] == pytest.approx(time.time(), abs=60)
