"""What the chat page knows before anything is sent: documented trials, standings, larger models, pauses."""

import asyncio
import datetime as dt
import re
import uuid
from collections.abc import Callable
from contextlib import aclosing

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.choices import DisabledReasons
from playground.catalog.models import LanguageModel, Offer, PriceRow
from playground.conversations.models import Generation, LastSettings
from playground.conversations.progress import LONGEST_WAIT, Settlement, settle
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn, append_turn
from playground.sandbox.transport import SandboxTransport
from playground.streaming.plan import Plan
from playground.streaming.upstream import SANDBOX_HOST
from playground.vault import keys
from playground.web import composer, trials
from playground.web.offers import Desk
from playground.web.trials import TRIALS
from playground.web.troubles import TROUBLES, trouble_of
from playground.web.ways import larger_offers
from playground.wire.client import Client as Asking
from playground.wire.client import Timeouts
from playground.wire.completion import Completion
from playground.wire.errors import CODES, RETRYABLE, WireError
from playground.wire.events import Ended
from playground.wire.usage import Usage
from tests.integration.web.conftest import HTMX, text_of
from tests.screens.answers import plan_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(r"Coding Plan|UTC\+8|GLM-[\w.-]+|tokens?")  # what stays as it is in Chinese
SECRET = "abcdef0123456789abcdef0123456789.abcdefghijklmnop"


@pytest.fixture
def desk(alice: User) -> Desk:
    return Desk(alice, current_team(alice))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Several steps or some background"), ("zh-hans", "何时开启思考")]
)
def test_the_settings_of_a_model_that_can_think_less_bring_the_documented_advice(
    alices: Client, alice: User, language: str, words: str
) -> None:
    alice.language = language
    alice.save()
    assert words in text_of(alices.get("/"))


def test_levels_of_effort_are_offered_where_a_provider_knows_them_and_kept(alices: Client) -> None:
    knows = alices.get("/?model=glm-5.2")
    assert knows.context["run"]["offer"]["efforts"] == ["max", "high", "none"]
    posted = {"offer": knows.context["run"]["offer_id"], "thinking_chosen": "yes", "thinking": "on", "effort": "max"}
    alices.post(reverse("conversation-settings", args=[uuid.UUID(int=0)]), posted, headers=HTMX)
    assert LastSettings.objects.get().settings["effort"] == "max"
    assert 'name="effort"' not in alices.get("/?model=glm-z1-air").content.decode()


def test_reasoning_tokens_stand_beside_the_thinking_apart_from_the_answers(
    alices: Client, failed: Callable[..., Generation]
) -> None:
    usage = Usage(prompt_tokens=10, completion_tokens=1500, reasoning_tokens=1200)
    run = failed(state="finished", content="42", reasoning_content="Six by nine.", usage=usage, thinking_ms=1300)
    shown = alices.get(reverse("message", args=[run.message_id]), headers=HTMX).content.decode()
    head = shown.partition("<summary>")[2].partition("</summary>")[0]
    assert "1200 tokens" in head.replace(",", "")
    assert 'data-ms="1300"' in head
    assert 'data-meter="completion">1,500<' in shown


@pytest.mark.parametrize(("thought", "words"), [("Six by nine.", "≈ 4"), ("", "—")])
def test_reasoning_that_the_provider_did_not_report_is_never_shown_as_zero(
    alices: Client, failed: Callable[..., Generation], thought: str, words: str
) -> None:
    usage = Usage(prompt_tokens=10, completion_tokens=40)
    run = failed(state="finished", content="42", reasoning_content=thought, usage=usage)
    shown = alices.get(reverse("message", args=[run.message_id]), headers=HTMX).content.decode()
    assert f'data-meter="reasoning">{words}<' in shown
    assert f"40 · {words}" in text_of(alices.get(reverse("message-details", args=[run.message_id])))


@pytest.fixture
def failed(alice: User) -> Callable[..., Generation]:
    """A run that failed, or ended otherwise."""

    def make(**facts: object) -> Generation:
        turn = ask(alice, "hello")
        ended: dict[str, object] = {"state": "failed", "content": "", "reasoning_content": "", "seq": 0} | facts
        settle(Settlement(generation_id=turn.generation_id, **ended), owner="here")  # type: ignore[arg-type]
        return Generation.objects.get(pk=turn.generation_id)

    return make


def ask(user: User, text: str) -> Turn:
    """A question to the sandbox that is not run yet."""
    return append_turn(
        user=user,
        conversation=None,
        parent_id=None,
        client_id=uuid.uuid4().hex,
        text=text,
        settings=RunSettings(offer=sandbox("zai/glm-4.5-air").pk),
        owner="here",
    )


def sandbox(name: str) -> Offer:
    return Offer.objects.get(provider__slug="sandbox", wire_name=name)


def test_every_trial_is_an_example_of_uses_that_the_catalog_documents() -> None:
    documented = {use["title"] for model in LanguageModel.objects.all() for use in model.use_cases}
    for trial in TRIALS:
        assert trial.uses, trial.title
        assert trial.uses <= documented, trial.title


def test_a_models_own_uses_come_first_and_there_are_always_four(desk: Desk) -> None:
    for offer in desk.offers:
        shown = trials.empty_view(desk, RunSettings(offer=offer.pk))["trials"]
        assert len({trial["title"] for trial in shown}) == 4
        assert all(trial["documented"] and trial["prompt"] for trial in shown)
        model = offer.language_model
        own = [trial["documented"].startswith(f"{model.name}: ") for trial in shown] if model else []
        assert own == sorted(own, reverse=True)
    flash = trials.empty_view(desk, RunSettings(offer=sandbox("bigmodel/glm-4-flashx-250414").pk))["trials"]
    assert flash[0]["title"] == "Summarise a meeting"


def test_trials_speak_chinese_and_quote_the_chinese_documentation(desk: Desk) -> None:
    with translation.override("zh-hans"):
        shown = trials.empty_view(desk, RunSettings(offer=sandbox("zai/glm-4.5-air").pk))["trials"]
    for trial in shown:
        assert all(HAN.search(trial[part]) for part in ("title", "note", "prompt", "documented"))


def test_the_empty_page_is_drawn_anew_for_another_model(alices: Client) -> None:
    offer = sandbox("bigmodel/glm-4-flashx-250414")
    answer = alices.get(reverse("trials"), {"offer": str(offer.pk)}, headers=HTMX)
    assert f"{offer.title}. Nothing is sent until you press Enter." in text_of(answer)


def test_larger_models_are_ones_that_this_person_can_use(desk: Desk, alice: User) -> None:
    small = sandbox("zai/glm-4.5-air")
    found = larger_offers(desk, small)
    assert found
    assert all(one.provider.practice and (one.context_tokens or 0) > (small.context_tokens or 0) for one in found)
    assert len({one.title for one in found}) == len(found)
    assert larger_offers(desk, small, needed=10_000_000) == []
    real = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")
    assert larger_offers(desk, real) == []  # no key yet: no real model can be used
    keys.add(team=desk.team, user=alice, provider=real.provider, label="mine", key=SECRET, created_by=alice)
    with_key = larger_offers(Desk(alice, desk.team), real)
    assert with_key
    assert {one.provider.slug for one in with_key} == {"zai"}


def test_standings_by_what_is_in_the_way(desk: Desk, alice: User) -> None:
    assert composer.standing(desk, None, sandbox("zai/glm-4.5-air")) is None
    real = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")
    keyless = composer.standing(desk, None, real)
    assert keyless is not None
    assert (keyless.mode, keyless.kind) == ("blocked", "no_key")
    assert [way.url or way.act for way in keyless.ways] == [reverse("keys"), "offer"]
    nothing = composer.standing(desk, None, None)
    assert nothing is not None
    assert (nothing.mode, nothing.kind) == ("blocked", "no_offer")


def test_a_conversation_of_the_archive_can_only_be_read(desk: Desk, failed: Callable[..., Generation]) -> None:
    room = failed().conversation
    room.archived_at = timezone.now()
    archived = composer.standing(desk, room, sandbox("zai/glm-4.5-air"))
    assert archived is not None
    assert (archived.mode, archived.kind, [way.act for way in archived.ways]) == ("closed", "archived", ["list"])


def test_an_unpriced_model_names_who_can_set_its_price(
    alices: Client, browser_of: Callable[[User], Client], alice: User, bob_at_work: User
) -> None:
    real = Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")
    keys.add(team=current_team(alice), user=None, provider=real.provider, label="", key=SECRET, created_by=alice)
    PriceRow.objects.filter(offer=real).update(use=False)
    for person, told in ((alice, "You can type in what you pay."), (bob_at_work, "An owner or admin of the team")):
        page = text_of(browser_of(person).get(reverse("playground"), {"offer": str(real.pk)}))
        assert "Price not set." in page
        assert told in page
    way = reverse("model-price", args=[real.pk])
    assert f'href="{way}"' in alices.get(reverse("playground"), {"offer": str(real.pk)}).content.decode()
    assert alices.get(way).status_code == 200


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("code", sorted(TROUBLES))
def test_every_error_says_what_happened_why_and_what_to_do_and_offers_to_do_it(
    failed: Callable[..., Generation], code: str, language: str
) -> None:
    run = failed(error_code=code, retryable=code in RETRYABLE)
    with translation.override(language):
        told = trouble_of(run)
    assert told is not None
    assert told.wait_seconds == 0
    assert len({told.title, told.cause, told.step}) == 3
    for sentence in (told.title, told.cause, told.step):
        assert sentence.endswith("。" if language == "zh-hans" else ".")
        if language == "zh-hans":
            assert HAN.search(sentence)
            assert ENGLISH.findall(NAMES.sub("", sentence)) == []
    assert run.retryable or told.ways
    assert all(HAN.search(way.label) or language == "en" for way in told.ways)


def test_the_table_of_errors_is_whole() -> None:
    assert set(TROUBLES) == CODES | {"key_unreadable", "no_key"}


@pytest.mark.parametrize(
    ("fault", "timeouts", "language", "said"),
    [
        ("slow 60", Timeouts(first_byte=0.05), "en", "The provider took the request and then stayed silent for 0.05 s"),
        ("stall", Timeouts(between_bytes=0.05), "zh-hans", "回答途中，服务商 0.05 秒内没有发来任何内容"),
    ],
)
def test_a_deadline_that_passed_is_told_with_its_seconds_in_the_readers_language(
    alices: Client, alice: User, fault: str, timeouts: Timeouts, language: str, said: str
) -> None:
    turn = ask(alice, f"/sandbox {fault}")
    completion, error = asyncio.run(read_until_the_deadline(plan_for(turn), timeouts))
    ended = Settlement(
        turn.generation_id,
        "failed",
        completion.content,
        completion.reasoning_content,
        1,
        error_code=error.code,
        error_message=error.message,
        retryable=error.retryable,
    )
    settle(ended, owner="here")
    User.objects.filter(pk=alice.pk).update(language=language)
    page = text_of(alices.get(f"/c/{turn.conversation_id}/"))
    assert said in page
    assert bool(completion.content or completion.reasoning_content) is (fault == "stall")


async def read_until_the_deadline(plan: Plan, timeouts: Timeouts) -> tuple[Completion, WireError]:
    """Ask the sandbox, with less patience than it takes."""
    completion = Completion()
    client = Asking(mounts={SANDBOX_HOST: SandboxTransport(speed=100)}, timeouts=timeouts)
    try:
        async with aclosing(client.stream(plan.endpoint, plan.secret, plan.request)) as reads:
            async for events in reads:
                for event in events:
                    if not isinstance(event, Ended):
                        completion.add(event)
    except WireError as error:
        return completion, error
    finally:
        await client.aclose()
    raise AssertionError("it answered in time")


@pytest.mark.parametrize("code", ["rate_limited", "concurrency_limited", "overloaded"])
def test_a_model_that_is_busy_offers_another_one_beside_the_countdown(
    alices: Client, failed: Callable[..., Generation], code: str
) -> None:
    run = failed(error_code=code, retryable=True, retry_after=90.0)
    told = trouble_of(run)
    assert told is not None
    free, choose = told.ways
    other = Offer.objects.get(pk=free.offer_id)
    assert (free.act, free.label) == ("offer", f"Run on {other.title} now")
    assert other.title != run.offer.title
    assert other.provider.practice == run.offer.provider.practice
    assert (other.context_tokens or 0) >= (run.offer.context_tokens or 0)
    assert choose.act == "model"
    shown = alices.get(reverse("message", args=[run.message_id]), headers=HTMX).content.decode()
    assert "<wait-button" in shown
    assert f'data-offer="{other.pk}"' in shown


def test_without_another_model_that_can_be_used_none_is_offered(desk: Desk, failed: Callable[..., Generation]) -> None:
    run = failed(error_code="rate_limited", retryable=True)
    Offer.objects.exclude(pk=run.offer_id).update(enabled=False, disabled_reason=DisabledReasons.BY_HAND)
    told = trouble_of(run)
    assert told is not None
    assert [way.act for way in told.ways] == ["model"]


def test_a_pause_is_kept_until_it_is_over(failed: Callable[..., Generation]) -> None:
    run = failed(error_code="rate_limited", retryable=True, retry_after=90.0)
    told = trouble_of(run)
    assert told is not None
    assert 85 <= told.wait_seconds <= 90
    run.retry_at = timezone.now() - dt.timedelta(seconds=1)
    over = trouble_of(run)
    assert over is not None
    assert (over.wait_seconds, over.step) == (0, "Retry now, or in a moment.")
    longest = failed(error_code="rate_limited", retry_after=10.0**9)
    assert longest.retry_at is not None
    assert longest.retry_at <= timezone.now() + dt.timedelta(seconds=LONGEST_WAIT)


def test_what_a_provider_says_is_quoted_and_our_own_english_is_not(failed: Callable[..., Generation]) -> None:
    quoted = trouble_of(failed(error_code="no_balance", error_message="余额不足"))
    ours = trouble_of(failed(error_code="idle_timeout", error_message="The provider went silent for 300 seconds in …"))
    assert quoted is not None
    assert ours is not None
    assert (quoted.quote, ours.quote) == ("余额不足", "")
    assert "300 seconds" in ours.cause
    assert trouble_of(failed(state="finished", content="yes")) is None


def test_a_posted_number_out_of_range_is_kept_as_the_nearest_and_said(alices: Client, alice: User) -> None:
    offer = sandbox("zai/glm-4.5-air")
    answer = alices.post(
        reverse("conversation-settings", args=[uuid.UUID(int=0)]),
        {"offer": str(offer.pk), "thinking": "on", "temperature": "1.7", "max_tokens": "8192"},
        headers=HTMX,
    )
    assert answer.status_code == 200
    assert "GLM-4.5-Air takes 0 to 1 here; it was 1.7." in text_of(answer)
    assert LastSettings.objects.get(user=alice).settings == {
        "offer": str(offer.pk),
        "temperature": 1.0,
        "max_tokens": 8192,
    }


def test_a_number_that_the_model_does_not_take_is_said_with_what_was_dropped(alices: Client) -> None:
    settled = reverse("conversation-settings", args=[uuid.UUID(int=0)])
    glm = str(sandbox("zai/glm-4.5-air").pk)
    answer = alices.post(settled, {"offer": glm, "seed": "7", "presence_penalty": "0.5"}, headers=HTMX)
    sentences = answer.context["run"]["dropped"]
    assert [sentence.partition(" is left out.")[0] for sentence in sentences] == ["Presence penalty", "Seed"]
    assert all(sentence in text_of(answer) for sentence in sentences)


@pytest.mark.parametrize(
    ("posted", "kept"),
    [
        ({"thinking": "on", "thinking_chosen": ""}, None),
        ({"thinking": "on", "thinking_chosen": "yes"}, True),
        ({"thinking_chosen": "yes"}, False),
        ({"thinking_chosen": ""}, False),  # switched off where no script marks the choice
        ({}, None),  # the model before had no switch to move
    ],
)
def test_a_thinking_switch_that_nobody_touched_is_no_choice(
    alices: Client, posted: dict[str, str], kept: bool | None
) -> None:
    offer = str(sandbox("zai/glm-4.5-air").pk)
    alices.post(reverse("conversation-settings", args=[uuid.UUID(int=0)]), {"offer": offer, **posted}, headers=HTMX)
    assert LastSettings.objects.get().settings.get("thinking") is kept


def test_a_part_of_a_page_is_answered_with_the_way_to_sign_in_again(client: Client, alice: User) -> None:
    page = {**HTMX, "hx-current-url": "http://testserver/c/1/?a=b"}
    answer = client.get(reverse("trials"), headers=page, follow=True)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fc%2F1%2F%3Fa%3Db"
    quiet = client.get(reverse("conversation-list"), headers=page | {"hx-source": "div#conversation-list"}, follow=True)
    assert (quiet.status_code, quiet.headers["HX-Reswap"]) == (401, "none")
    elsewhere = client.get(reverse("trials"), headers={**HTMX, "hx-current-url": "http://evil.example/"}, follow=True)
    assert elsewhere.headers["HX-Redirect"] == "/accounts/login/?next=%2F"


def test_the_model_picker_comes_when_asked_with_the_address_of_the_conversations_settings(
    alices: Client, client: Client, alice: User, charlie: User, failed: Callable[..., Generation]
) -> None:
    offer = sandbox("zai/glm-4.5-air")
    mine = failed().message.conversation_id
    assert f"offer-{offer.pk}" not in alices.get(reverse("playground")).content.decode()
    for asked, address in (
        ("", reverse("conversation-settings", args=[uuid.UUID(int=0)])),
        (mine, reverse("conversation-settings", args=[mine])),
    ):
        shown = alices.get(reverse("model-picker"), {"conversation": asked}).content.decode()
        assert f'id="offer-{offer.pk}"' in shown
        assert f'hx-post="{address}"' in shown
    client.force_login(charlie)
    assert client.get(reverse("model-picker"), {"conversation": mine}).status_code == 404
    assert client.get(reverse("model-picker"), {"conversation": "nonsense"}).status_code == 404


def test_a_run_that_was_refused_shows_no_counts_instead_of_zeros(
    alices: Client, failed: Callable[..., Generation]
) -> None:
    run = failed(billable=False, error_code="rate_limited", estimated_prompt_tokens=7)
    shown = alices.get(reverse("message", args=[run.message_id]), headers=HTMX).content.decode()
    counts = dict(re.findall(r'data-meter="(prompt|cached|reasoning|completion)">([^<]*)<', shown))
    assert counts == dict.fromkeys(("prompt", "cached", "reasoning", "completion"), "—")
    assert "data-prompt-tokens" not in shown
    known = failed(billable=True, estimated_prompt_tokens=7)
    shown = alices.get(reverse("message", args=[known.message_id]), headers=HTMX).content.decode()
    assert 'data-meter="prompt">7<' in shown
    assert 'data-meter="cached">0<' in shown


@pytest.mark.parametrize(("language", "typed"), [("en", "“rate-limit once”"), ("zh-hans", "“限流 一次”")])
def test_what_is_typed_for_practice_stands_in_quotes(language: str, typed: str) -> None:
    with translation.override(language):
        described = "".join(fault["description"] for fault in trials.practice())
    assert typed in described
    assert "`" not in described
