"""The pages and mails around an account: all in our look and in the reader's language, and what they change."""

import re
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account import urls as allauth_urls
from django.core import mail
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django.fixtures import Settings

from playground.accounts.models import User
from playground.web.agents import agent_words
from tests.conftest import PASSWORD
from tests.integration.web.conftest import text_of

pytestmark = pytest.mark.django_db

TEMPLATES = Path(allauth.__file__).parent / "templates"
# Parts of allauth that this installation has not: codes, telephones, passkeys. And what only its own pages include.
ABSENT = re.compile(
    r"code|phone|passkey|snippets/|/base_|verified_email_required|email/email_confirm_|account/email\.html"
)
AGENT = {"user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def names_of_allauth() -> list[str]:
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*"))


@pytest.mark.parametrize("name", names_of_allauth())
def test_no_template_of_allauth_can_be_found(name: str) -> None:
    try:
        found = get_template(name)
    except TemplateDoesNotExist:
        return
    assert str(TEMPLATES) not in str(found.template.origin.name)


@pytest.mark.parametrize(
    "name", [name for name in names_of_allauth() if name.startswith("account/") and not ABSENT.search(name)]
)
def test_whatever_allauth_can_ask_for_is_there_in_our_look(name: str) -> None:
    assert get_template(name)


@pytest.mark.parametrize("folder", ["account/email"])
def test_every_mail_is_text_and_html(folder: str) -> None:
    root = Path(__file__).parents[3] / "templates" / folder
    texts = {path.name.removesuffix(".txt") for path in root.glob("*_message.txt")}
    pages = {path.name.removesuffix(".html") for path in root.glob("*_message.html")}
    assert texts == pages
    assert len(texts) > 8


OPEN = ("account_login", "account_signup", "account_inactive", "account_reset_password", "account_reset_password_done",
        "account_reset_password_from_key_done", "account_email_verification_sent")  # fmt: skip
INSIDE = ("account_logout", "account_change_password", "account_email", "account_reauthenticate")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", [*OPEN, *INSIDE])
def test_every_page_stands_in_our_frame_and_language(alice: User, language: str, name: str) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    browser = Client(headers={"accept-language": language})
    if name in INSIDE:
        browser.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    answer = browser.get(reverse(name))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in page
    assert 'class="tc-entrance"' in page or 'class="tc-frame"' in page
    assert bool(re.search("[一-鿿]", text_of(answer).replace("简体中文", ""))) == (language == "zh-hans")


def test_what_allauth_has_beyond_that_does_not_exist_here() -> None:
    ours = {*OPEN, *INSIDE, "account_set_password", "account_reset_password_from_key", "account_confirm_email"}
    for pattern in allauth_urls.urlpatterns:
        if pattern.name not in ours:
            with pytest.raises(NoReverseMatch):
                reverse(str(pattern.name))


@pytest.mark.parametrize(("opened", "told"), [(False, "Sign-up is closed"), (True, "Password, again")])
def test_sign_up_is_shown_open_or_closed(
    alice: User, client: Client, settings: Settings, opened: bool, told: str
) -> None:
    settings.SIGN_UP_OPEN = opened
    assert told in text_of(client.get(reverse("account_signup")))


# Errors


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        (
            "account_login",
            {"login": "alice@example.org", "password": "canary wrong"},
            "address or the password is wrong",
        ),
        ("account_login", {"login": "", "password": "canary wrong"}, "This field is required."),
        ("account_signup", {"email": "new@example.org", "password1": "canary", "password2": "canary"}, "at least 8"),
        ("account_reset_password", {"email": "no address"}, "valid email"),
    ],
)
def test_a_form_says_what_is_wrong_and_keeps_what_was_typed_but_secrets(
    alice: User, client: Client, settings: Settings, name: str, typed: dict[str, str], told: str
) -> None:
    settings.SIGN_UP_OPEN = True
    answer = client.post(reverse(name), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert "canary" not in page
    for field in ("login", "email"):
        if typed.get(field):
            assert f'value="{typed[field]}"' in page


def test_a_wrong_old_password_is_told_at_its_field(alice: User, alices: Client) -> None:
    new = {"password1": "quite another phrase", "password2": "quite another phrase"}
    answer = alices.post(reverse("account_change_password"), {"oldpassword": "canary wrong", **new})
    assert answer.status_code == 422
    assert "Enter the password you have now." in text_of(answer)
    assert "canary" not in answer.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


# Another address


def signed_in(user: User, **headers: str) -> Client:
    """A browser in which somebody has just entered their password."""
    browser = Client(headers=AGENT | headers)
    browser.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def link_of(message: Any) -> str:
    found = re.search(r"https?://[^/]+(/accounts/\S+)", str(message.body))
    assert found
    return found[1]


def test_a_new_address_counts_once_its_link_was_opened(alice: User) -> None:
    browser = signed_in(alice)
    browser.post(reverse("account_email"), {"email": "New@Example.org", "action_add": ""})
    (asked,) = mail.outbox
    assert asked.to == ["new@example.org"]
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    assert "new@example.org waits for its link" in text_of(browser.get(reverse("account_email")))
    anybody = Client()
    assert "Confirm your address" in text_of(anybody.get(link_of(asked)))
    anybody.post(link_of(asked))
    alice.refresh_from_db()
    assert alice.email == "new@example.org"
    told = mail.outbox[1]
    assert (told.to, "new@example.org" in told.body) == (["alice@example.org"], True)
    assert signed_in(alice).get(reverse("settings")).status_code == 200
    mail.outbox.clear()
    assert "This link is used up" in text_of(anybody.get(link_of(asked)))


def test_the_old_address_can_be_kept(alice: User) -> None:
    browser = signed_in(alice)
    browser.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
    link = link_of(mail.outbox[0])
    browser.post(reverse("account_email"), {"email": "new@example.org", "action_remove": ""})
    Client().post(link)
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_an_address_of_somebody_else_is_never_taken(alice: User, bob: User) -> None:
    browser = signed_in(alice)
    browser.post(reverse("account_email"), {"email": bob.email, "action_add": ""})
    for message in mail.outbox:
        Client().post(link_of(message))
    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.email, bob.email) == ("alice@example.org", "bob@example.org")


@pytest.mark.parametrize("email", ["", "no address", "alice@example.org"])
def test_what_is_no_new_address_is_refused_at_the_field(alice: User, email: str) -> None:
    answer = signed_in(alice).post(reverse("account_email"), {"email": email, "action_add": ""})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert mail.outbox == []


def test_the_password_is_asked_again_before_the_address_changes(alice: User, alices: Client) -> None:
    asked = alices.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""}, follow=True)
    assert "Confirm that it is you" in text_of(asked)
    assert mail.outbox == []
    where = asked.redirect_chain[-1][0]
    wrong = alices.post(where, {"password": "canary wrong"})
    assert (wrong.status_code, "The password is wrong." in text_of(wrong)) == (422, True)
    alices.post(where, {"password": PASSWORD, "next": reverse("account_email")})
    assert [message.to for message in mail.outbox] == [["new@example.org"]]


# Mails


@pytest.mark.parametrize(("language", "subject"), [("en", "Your password is changed"), ("zh-hans", "你的密码已")])
def test_who_changes_a_password_is_told_by_mail_in_their_language(alice: User, language: str, subject: str) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    browser = signed_in(alice)
    new = {"oldpassword": PASSWORD, "password1": "quite another phrase", "password2": "quite another phrase"}
    assert browser.post(reverse("account_change_password"), new).status_code == 302
    (told,) = mail.outbox
    assert told.to == [alice.email]
    text, page = str(told.body), str(told.alternatives[0].content)
    assert all("Firefox" in body and "127.0.0.1" in body for body in (text, page))
    assert all("/accounts/password/reset/" in body for body in (text, page))
    assert f'<html lang="{language}">' in page
    chinese = bool(re.search("[一-鿿]", text))
    assert chinese == (language == "zh-hans")
    assert chinese == bool(re.search("[一-鿿]", told.subject))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("case", ["reset", "unknown", "exists"])
def test_mails_are_written_in_the_readers_language(alice: User, settings: Settings, language: str, case: str) -> None:
    settings.SIGN_UP_OPEN = True
    User.objects.filter(pk=alice.pk).update(language=language)
    # Whoever asks reads the other language; only who has no account is answered in that of the request.
    other = {"en": "zh-hans", "zh-hans": "en"}[language]
    browser = Client(headers={"accept-language": language if case == "unknown" else other})
    if case == "exists":
        new = {"email": alice.email, "password1": PASSWORD, "password2": PASSWORD}
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        browser.post(reverse("account_signup"), new)
    else:
        email = alice.email if case == "reset" else "nobody@example.org"
        browser.post(reverse("account_reset_password"), {"email": email})
    (sent,) = mail.outbox
    page = str(sent.alternatives[0].content)
    assert f'<html lang="{language}">' in page
    for words in (sent.subject, str(sent.body), re.sub("<[^>]+>", " ", page)):
        assert bool(re.search("[一-鿿]", words)) == (language == "zh-hans")


def test_names_in_a_mail_are_text_and_never_markup(alice: User, client: Client) -> None:
    client.post(reverse("account_reset_password"), {"email": "<b>x</b>@example.org"})
    client.post(reverse("account_reset_password"), {"email": '"<img/src=x>"@example.org'})
    assert all("<img/" not in str(message.alternatives[0].content) for message in mail.outbox)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (AGENT["user-agent"], "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36 MicroMessenger/8.0", "WeChat on Android"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
    ],
)
def test_browsers_are_roughly_named(agent: str, words: str) -> None:
    assert agent_words(agent) == words
