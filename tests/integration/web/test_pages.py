"""Every address of the house: who gets in, what is sent along, and that it can be read in both languages."""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from playground.accounts.models import User
from playground.catalog.models import LanguageModel, Offer
from playground.catalog.phrases import PhraseBook
from tests.conftest import PASSWORD
from tests.integration.web.conftest import text_of

pytestmark = pytest.mark.django_db

# Addresses that answer people who are not signed in; everything else must not.
OPEN = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_confirm_email",
    "setup",
    "setup-form",
    "set-language",
    "health",
    "invitation",
    "invitation-link",
    "invitation-sign-up",
    "snapshot",
    "metrics",
    "api-document",
    "api-nothing",
}
# What stands in for the parts of an address.
PARTS = {"slug": "glm-4.5", "token": "wrong", "uidb36": "1", "key": "abc-def", "entry_id": 1, "kind": "csv"}
PARTS |= {"team_id": 1, "user_id": 1, "budget_id": 1, "number": 1, "rest": "x"}
PAGES = (
    "playground",
    "comparisons",
    "usage",
    "usage-entries",
    "budgets",
    "models",
    "prices",
    "usage-unpriced",
    "keys",
    "settings",
    "team",
    "audit",
    "tokens",
    "batches",
    "batch-new",
    "presets",
    "snapshots",
    "account_change_password",
)
ENTRANCE = ("account_login", "account_reset_password", "account_reset_password_done", "account_signup", "setup-form")


def routes(patterns: Any = None) -> Iterator[URLPattern]:
    """Every route with a name."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


def address(route: URLPattern) -> str:
    """Some address of a route."""
    names = route.pattern.regex.groupindex
    return reverse(route.name, kwargs={name: PARTS.get(name, uuid.uuid4()) for name in names})


def test_every_route_has_a_name() -> None:
    assert [str(route.pattern) for route in routes() if not route.name] == []


def test_what_is_open_exists() -> None:
    assert {route.name for route in routes()} > OPEN


@pytest.mark.parametrize("route", [route for route in routes() if route.name not in OPEN], ids=lambda route: route.name)
def test_nobody_gets_in_without_signing_in(alice: User, client: Client, route: URLPattern) -> None:
    for answer in (client.get(address(route)), client.post(address(route))):
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith(reverse("account_login"))
        else:
            assert answer.status_code in (401, 405)
            assert b"<html" not in answer.content


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_read(alices: Client, alice: User, catalog: None, name: str, language: str) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    answer = alices.get(reverse(name))
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()
    assert ("体验中心" in text_of(answer)) == (language == "zh-hans")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", ENTRANCE)
def test_every_entrance_can_be_read(alice: User, client: Client, name: str, language: str) -> None:
    answer = client.get(reverse(name), headers={"accept-language": language})
    assert answer.status_code in (200, 410)
    assert ("体验中心" in text_of(answer)) == (language == "zh-hans")


@pytest.mark.parametrize("name", [*PAGES, *ENTRANCE])
def test_no_page_lets_scripts_in_or_is_kept_by_a_browser(alices: Client, catalog: None, name: str) -> None:
    answer = alices.get(reverse(name), follow=True)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    if name != "account_reset_password_done":
        assert "no-store" in answer.headers.get("Cache-Control", "") or name.startswith("account_")


def test_an_address_without_a_page_has_one_in_our_look(alices: Client) -> None:
    answer = alices.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in text_of(answer)


def test_a_form_without_its_token_is_refused_with_a_way_on(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    answer = strict.post(reverse("settings-profile"), {"name": "Mallory"})
    assert answer.status_code == 403
    assert "This form was too old" in text_of(answer)


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html"])
def test_pages_of_failure_need_nothing(name: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = render_to_string(name)
    assert reverse("playground") in page
    assert len(queries) == 0


# Before the first account


@pytest.mark.parametrize("name", ["account_login", "account_signup"])
def test_before_the_first_account_the_entrance_says_how_to_make_it(client: Client, name: str) -> None:
    for answer in (client.get(reverse(name)), client.post(reverse(name), {"login": "a@example.org", "password": "x"})):
        assert "Open the link that the server printed" in text_of(answer)
        assert "set_up_link" in text_of(answer)


def test_before_the_first_account_the_chat_page_leads_there(client: Client) -> None:
    assert "printed in its terminal" in text_of(client.get(reverse("playground"), follow=True))


# Signing in


def test_the_sign_in_page_says_whether_sign_up_is_open(alice: User, client: Client, settings: Any) -> None:
    assert reverse("account_signup") not in client.get(reverse("account_login")).content.decode()
    settings.SIGN_UP_OPEN = True
    assert reverse("account_signup") in client.get(reverse("account_login")).content.decode()


def test_closed_sign_up_says_so(alice: User, client: Client) -> None:
    assert "Sign-up is closed" in text_of(client.get(reverse("account_signup")))


def test_where_somebody_wanted_to_go_survives_the_form(alice: User, client: Client) -> None:
    page = client.get(reverse("account_login") + "?next=/keys/").content.decode()
    assert re.search(r'<input type="hidden" name="next" value="/keys/"', page)


def test_a_wrong_password_is_not_sent_back(alice: User, client: Client) -> None:
    answer = client.post(reverse("account_login"), {"login": alice.email, "password": "canary-phrase"})
    assert "The address or the password is wrong." in text_of(answer)
    assert "canary-phrase" not in answer.content.decode()
    assert f'value="{alice.email}"' in answer.content.decode()


def test_too_many_tries_get_a_page_of_ours(alice: User, client: Client) -> None:
    answers = [
        client.post(reverse("account_login"), {"login": f"n{n}@example.org", "password": "wrong"}) for n in range(31)
    ]
    assert answers[-1].status_code == 429
    assert "Too many tries" in text_of(answers[-1])


def test_changing_the_password_leads_back_and_keeps_this_session(alices: Client, alice: User) -> None:
    new = {"oldpassword": PASSWORD, "password1": "another good phrase", "password2": "another good phrase"}
    answer = alices.post(reverse("account_change_password"), new)
    assert answer.headers["Location"] == reverse("settings")
    assert "Your password is changed." in text_of(alices.get(reverse("settings")))


# The catalog


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_table_names_every_model_that_can_be_chosen(
    alices: Client, alice: User, catalog: None, language: str
) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    page = alices.get(reverse("models")).content.decode()
    offers = Offer.objects.filter(enabled=True)
    assert [offer.title for offer in offers if f"/?offer={offer.pk}" not in page or offer.title not in page] == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_model_has_a_page_with_all_that_is_stated(
    alices: Client, alice: User, catalog: None, language: str
) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    say = PhraseBook(language)
    for model in LanguageModel.objects.select_related("family"):
        answer = alices.get(reverse("model", args=[model.slug]))
        assert answer.status_code == 200, model.slug
        read = text_of(answer)
        words = model.words(language)
        said = [words.summary, *(case["text"] for case in words.use_cases), *words.claims, *map(say, model.remarks)]
        said += [one["when"] for one in words.alternatives] + [step["advice"] for step in _guidance(model, language)]
        said += list(model.benchmarks) + [f"{value:,}" for value in model.sample.get("usage", {}).values()]
        assert [text for text in said if text not in read] == [], model.slug
        for row in (price for offer in _sold(model) for price in offer.prices.all()):
            assert say(row.source) in read, model.slug


def _guidance(model: LanguageModel, language: str) -> Any:
    return model.family.words(language).thinking_guidance if "reasoning" in model.features else ()


def _sold(model: LanguageModel) -> Any:
    return model.offers.filter(provider__practice=False).prefetch_related("prices")


def test_claims_are_marked_as_the_makers(alices: Client, catalog: None) -> None:
    assert "What its maker says claims, not checked here" in text_of(alices.get(reverse("model", args=["glm-4.5"])))


def test_an_unknown_model_has_no_page(alices: Client, catalog: None) -> None:
    assert alices.get(reverse("model", args=["glm-99"])).status_code == 404


def test_try_begins_a_conversation_with_that_model(alices: Client, catalog: None) -> None:
    offer = Offer.objects.get(provider__slug="sandbox", wire_name="bigmodel/glm-z1-air")
    page = alices.get(f"/?offer={offer.pk}").content.decode()
    assert f'name="offer" value="{offer.pk}"' in page


@pytest.mark.parametrize("wish", ["nonsense", str(uuid.UUID(int=7)), ""])
def test_a_model_that_cannot_be_chosen_is_passed_over(alices: Client, catalog: None, wish: str) -> None:
    answer = alices.get(f"/?offer={wish}")
    assert answer.status_code == 200
    assert 'name="offer" value="' in answer.content.decode()


def test_anothers_own_server_is_in_no_table(
    alices: Client, browser_of: Callable[[User], Client], charlie: User, catalog: None
) -> None:
    typed = {"endpoint": "custom", "label": "Secret lab", "base_url": "https://llm.example.org/v1", "models": "lab-1"}
    alices.post(reverse("key-add"), typed | {"who": "team", "tier": "V0", "act": "save"})
    assert "Secret lab" in text_of(alices.get(reverse("models")))
    assert "Secret lab" not in text_of(browser_of(charlie).get(reverse("models")))
    offer = Offer.objects.get(wire_name="lab-1")
    assert f'value="{offer.pk}"' not in browser_of(charlie).get(f"/?offer={offer.pk}").content.decode()


def test_the_pages_run_without_debugging_aids() -> None:
    assert settings.DEBUG is False
