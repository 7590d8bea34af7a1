"""What the keys page shows of use: runs under way against the tier, last use and by whom, and what a provider said."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.catalog.models import Offer, Provider
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.progress import Settlement
from playground.streaming import records
from playground.vault import keys
from playground.vault.models import ApiKey
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db
SECRET = "sk-canary-7f3a91d2"


@pytest.fixture
def key(alice: User, team: Team, catalog: None) -> ApiKey:
    """The team's key, with rights of tier V2."""
    provider = Provider.objects.get(slug="bigmodel")
    return keys.add(team=team, user=None, provider=provider, label="Batch", key=SECRET, created_by=alice, tier="V2")


@pytest.fixture
def run(alice: User, team: Team, key: ApiKey) -> Callable[..., Generation]:
    """Starts a run of somebody's with the key."""
    conversation = Conversation.objects.create(user=alice, team=team, title="t")

    def start(model: str = "glm-z1-air", state: str = "running", api_key: ApiKey = key) -> Generation:
        answer = Message.objects.create(conversation=conversation, role="assistant")
        return Generation.objects.create(
            message=answer,
            conversation=conversation,
            user=alice,
            client_id=uuid.uuid4().hex,
            state=state,
            lease_owner="here",
            lease_until=timezone.now() + dt.timedelta(minutes=5),
            offer=Offer.objects.get(provider__slug="bigmodel", wire_name=model),
            api_key=api_key,
        )

    return start


def test_runs_under_way_are_counted_against_the_tier(alices: Client, run: Callable[..., Generation]) -> None:
    read = text_of(alices.get(reverse("keys")))
    assert "0 / 50" in read  # idle: the model with the least room
    for state in ("running", "running", "queued", "finished", "failed"):
        run(state=state)
    answer = alices.get(reverse("keys-now"), headers=HTMX)
    assert "3 / 50" in text_of(answer)
    assert 'aria-label="3 of 50 runs at once of GLM-Z1-Air"' in answer.content.decode()
    assert 'width="6"' in answer.content.decode()


def test_near_its_limit_a_key_turns_amber(alices: Client, run: Callable[..., Generation]) -> None:
    for _number in range(45):
        run()
    answer = alices.get(reverse("keys-now"), headers=HTMX)
    assert "90% of limit GLM-Z1-Air" in text_of(answer)
    assert 'class="tc-f-warn"' in answer.content.decode()


def test_runs_of_other_keys_do_not_count(
    alices: Client, alice: User, key: ApiKey, run: Callable[..., Generation]
) -> None:
    other = keys.add(team=key.team, user=alice, provider=key.provider, label="Mine", key=SECRET, created_by=alice)
    run(api_key=other)
    read = text_of(alices.get(reverse("keys-now"), headers=HTMX))
    assert "0 / 50" in read
    assert "1 / 30" in read


def test_the_page_says_who_used_a_key_last(alices: Client, key: ApiKey, bob: User) -> None:
    assert "never" in text_of(alices.get(reverse("keys")))
    keys.touch(key.pk, user_id=bob.pk)
    read = text_of(alices.get(reverse("keys-now"), headers=HTMX))
    assert "just now Bob" in read


@pytest.mark.parametrize(
    ("code", "badge"),
    [("key_refused", "Rejected wrong or revoked"), ("plan_expired", "Rejected plan is over"),
     ("rate_limited", "Rate-limited by the provider, just now"), ("provider_error", "Not tested")],
)  # fmt: skip
def test_what_a_provider_said_in_a_run_shows_in_the_status(
    alices: Client, run: Callable[..., Generation], code: str, badge: str
) -> None:
    generation = run()
    records._settle(Settlement(generation.pk, "failed", "", "", 0, error_code=code, billable=False), "here")
    assert badge in text_of(alices.get(reverse("keys-now"), headers=HTMX))


def test_a_limit_of_long_ago_is_forgotten(alices: Client, key: ApiKey) -> None:
    ApiKey.objects.update(limited_at=timezone.now() - dt.timedelta(minutes=2))
    assert "Rate-limited" not in text_of(alices.get(reverse("keys-now"), headers=HTMX))


@pytest.mark.parametrize(("code", "badge"), [("rate_limited", "Rate-limited"), ("connect_failed", "Test failed")])
def test_a_test_that_failed_for_another_reason_is_no_rejection(
    alices: Client, key: ApiKey, code: str, badge: str
) -> None:
    keys.note_test(key, code=code, milliseconds=9, refused=False)
    assert badge in text_of(alices.get(reverse("keys")))


def test_one_look_costs_as_many_questions_for_ten_keys_as_for_one(alices: Client, alice: User, key: ApiKey) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            alices.get(reverse("keys-now"), headers=HTMX)
        return len(asked)

    questions()  # the browser's first look of all also notes when it was seen
    before = questions()
    for number in range(9):
        keys.add(team=key.team, user=alice, provider=key.provider, label=f"k{number}", key=SECRET, created_by=alice)
    assert questions() == before


def test_strangers_see_nothing_of_it(browser_of: Callable[[User], Client], charlie: User, key: ApiKey) -> None:
    assert str(key.pk) not in browser_of(charlie).get(reverse("keys-now")).content.decode()
    assert Client().get(reverse("keys-now")).status_code == 302


# Deleting says what it takes along


def effect(browser: Client, key: ApiKey) -> str:
    return text_of(browser.get(reverse("key-delete", args=[key.pk]), headers=HTMX))


def test_deleting_says_that_it_is_the_only_key(alices: Client, alice: User, key: ApiKey) -> None:
    assert "It is the team’s only key of this provider" in effect(alices, key)
    mine = keys.add(team=key.team, user=alice, provider=key.provider, label="Mine", key=SECRET, created_by=alice)
    assert "use the next key" in effect(alices, mine)
    keys.remove(key, by=alice)
    assert "It is your only key of this provider" in effect(alices, mine)


def test_deleting_says_what_is_being_written(alices: Client, key: ApiKey, run: Callable[..., Generation]) -> None:
    run()
    run()
    assert "2 answers are being written with it" in effect(alices, key)


def test_a_deed_in_a_dialog_swaps_the_row(alices: Client, key: ApiKey) -> None:
    for deed, typed, shown in (
        ("key-label", {"label": "Nightly", "tier": "V3"}, "Nightly"),
        ("key-replace", {"secret": "another-secret-0987"}, "0987"),
        ("key-switch", {"disabled": "1"}, "Disabled"),
    ):
        page = alices.post(reverse(deed, args=[key.pk]), typed, headers=HTMX).content.decode()
        assert f'<hx-partial hx-target="#key-{key.pk}"' in page
        assert shown in page
        assert "another-secret" not in page


def test_a_dialog_shows_what_is_wrong_at_its_field(alices: Client, key: ApiKey) -> None:
    for deed, typed in (("key-label", {"label": "", "tier": "V0"}), ("key-replace", {"secret": "two words canary"})):
        answer = alices.post(reverse(deed, args=[key.pk]), typed, headers=HTMX)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert page.startswith("<form")
        assert 'aria-invalid="true"' in page
        assert "canary" not in page
