"""In which language, time zone, theme and team somebody is answered."""

import zoneinfo
from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync, markcoroutinefunction
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, RequestContext, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from playground.accounts.models import Team, User
from playground.web.context import house
from playground.web.middleware import PreferencesMiddleware

pytestmark = pytest.mark.django_db


def answer(request: HttpRequest) -> HttpResponse:
    """A view that says what is active."""
    return HttpResponse(f"{translation.get_language()} {timezone.get_current_timezone_name()}")


async def async_answer(request: HttpRequest) -> HttpResponse:
    return answer(request)


@pytest.fixture(params=["sync", "async"])
def serve(request: pytest.FixtureRequest) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware before a view of either world."""
    if request.param == "sync":
        return PreferencesMiddleware(answer)  # type: ignore[return-value]
    markcoroutinefunction(async_answer)
    return async_to_sync(PreferencesMiddleware(async_answer))  # type: ignore[arg-type]


def ask(rf: RequestFactory, user: object = None, *, accept: str = "", **cookies: str) -> HttpRequest:
    request = rf.get("/", headers={"accept-language": accept} if accept else {})
    request.user = user or AnonymousUser()  # type: ignore[assignment]
    request.COOKIES = cookies
    return request


Serve = Callable[[HttpRequest], HttpResponse]


def said(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    ("accept", "cookie", "language"),
    [
        ("", "", "en"),
        ("zh-CN,zh;q=0.9", "", "zh-hans"),
        ("fr,en;q=0.5", "", "en"),
        ("tlh", "", "en"),
        ("en", "zh-hans", "zh-hans"),
        ("zh-CN", "nonsense", "zh-hans"),
    ],
)
def test_a_stranger_is_answered_as_cookie_and_browser_ask(
    rf: RequestFactory, serve: Serve, accept: str, cookie: str, language: str
) -> None:
    cookies = {"django_language": cookie} if cookie else {}
    response = serve(ask(rf, accept=accept, **cookies))
    assert said(response) == f"{language} UTC"
    assert response.headers["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(response.headers["Vary"].split(", "))


def test_the_users_own_choice_comes_first(rf: RequestFactory, serve: Serve, alice: User) -> None:
    alice.language, alice.time_zone = "zh-hans", "Asia/Shanghai"
    request = ask(rf, alice, accept="en", django_language="en", time_zone="Europe/Oslo")
    assert said(serve(request)) == "zh-hans Asia/Shanghai"


def test_who_chose_nothing_is_answered_as_the_browser_asks(rf: RequestFactory, serve: Serve, alice: User) -> None:
    assert said(serve(ask(rf, alice, accept="zh-CN", time_zone="Europe/Oslo"))) == "zh-hans Europe/Oslo"


@pytest.mark.parametrize("name", ["../../etc/passwd", "Mars/Olympus", "x" * 5000, "\x00", "é"])
def test_a_time_zone_that_does_not_exist_is_passed_over(
    rf: RequestFactory, serve: Serve, alice: User, name: str
) -> None:
    alice.time_zone = name
    assert said(serve(ask(rf, alice, time_zone=name))) == "en UTC"
    alice.time_zone = ""
    assert said(serve(ask(rf, alice, time_zone="Asia/Tokyo"))) == "en Asia/Tokyo"


def test_nothing_stays_active_after_the_answer(rf: RequestFactory, alice: User) -> None:
    alice.language, alice.time_zone = "zh-hans", "Asia/Shanghai"
    before = (translation.get_language(), timezone.get_current_timezone())
    PreferencesMiddleware(answer)(ask(rf, alice))
    assert (translation.get_language(), timezone.get_current_timezone()) == before
    assert zoneinfo.ZoneInfo("Asia/Shanghai") != before[1]


def test_a_page_loads_its_reader_once(alice: User, browser_of: Callable[[User], Client]) -> None:
    browser = browser_of(alice)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(reverse("account_change_password")).status_code == 200
    loads = [query["sql"] for query in queries if 'FROM "accounts_user" WHERE' in query["sql"]]
    assert len(loads) == 1


@pytest.mark.parametrize(
    ("cookie", "theme"), [("", "system"), ("dark", "dark"), ("light", "light"), ('"><x', "system")]
)
def test_the_theme_of_a_stranger_is_the_cookies(rf: RequestFactory, cookie: str, theme: str) -> None:
    request = ask(rf, theme=cookie)
    assert (house(request)["theme"], house(request)["team_name"]) == (theme, "")


def test_the_theme_of_a_user_is_the_saved_one(rf: RequestFactory, alice: User) -> None:
    alice.theme = "dark"
    assert house(ask(rf, alice, theme="light"))["theme"] == "dark"


def test_an_error_before_anybody_is_known_has_a_page(rf: RequestFactory) -> None:
    assert house(rf.get("/"))["theme"] == "system"


def test_the_team_is_looked_up_only_where_it_is_shown(rf: RequestFactory, alice: User) -> None:
    Team.objects.update(name="<b>Northwind</b>")
    request = ask(rf, alice)
    with CaptureQueriesContext(connection) as queries:
        values = house(request)
    assert len(queries) == 0
    assert Template("{{ team_name }}").render(Context(values)) == "&lt;b&gt;Northwind&lt;/b&gt;"
    assert Template("{{ team_name }}").render(RequestContext(request, {})) == "&lt;b&gt;Northwind&lt;/b&gt;"
