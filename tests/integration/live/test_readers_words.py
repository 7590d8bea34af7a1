"""An ack speaks the reader's language and shows moments in their time zone, as the page does, through both doors."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.conversations.models import Message
from tests.integration.live.conftest import Tab, session_of
from tests.server import Server

KIRITIMATI = "Pacific/Kiritimati"  # UTC+14, all year


def send_in_tab(tab: Callable[..., Tab], offer: Offer, user: User, *, cookies: str, language: str) -> dict[str, Any]:
    cookie = f"{settings.SESSION_COOKIE_NAME}={session_of(user)}; {cookies}"
    one = tab(headers={"Cookie": cookie, "Accept-Language": language})
    return one.send("What is 2 + 2?", offer)


def send_over_http(server: Server, offer: Offer, user: User, *, cookies: str, language: str) -> dict[str, Any]:
    """The same where websockets are blocked."""
    cookie = f"{settings.SESSION_COOKIE_NAME}={session_of(user)}; {cookies}"
    command = {
        "id": 1,
        "type": "message.send",
        "conversation": None,
        "parent": None,
        "client_id": str(uuid.uuid4()),
        "text": "What is 2 + 2?",
        "settings": {"offer": str(offer.pk)},
    }
    with httpx.Client(base_url=server.url, timeout=30) as http:
        token = http.get("/", headers={"Cookie": cookie}).cookies[settings.CSRF_COOKIE_NAME]
        headers = {
            "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}",
            "Accept-Language": language,
            "X-CSRFToken": token,
            "Origin": server.url,
        }
        http.cookies.clear()
        return dict(http.post("/live/command/", json=command, headers=headers).json())


@pytest.mark.parametrize("door", ["socket", "http"])
@pytest.mark.parametrize(
    ("own", "cookies", "asked", "zone", "word"),
    [
        ({"time_zone": KIRITIMATI, "language": "zh-hans"}, "time_zone=Europe/Berlin", "en", "+14:00", "编辑并重新发送"),
        ({}, f"time_zone={KIRITIMATI}", "zh-CN", "+14:00", "编辑并重新发送"),
        ({}, "time_zone=../../etc/passwd", "en", "+00:00", "Edit and send again"),
    ],
    ids=["the user's own", "what the browser says", "a name that is no zone"],
)
def test_an_ack_has_the_readers_zone_and_language(
    server: Server,
    offer: Offer,
    alice: User,
    tab: Callable[..., Tab],
    own: dict[str, str],
    cookies: str,
    asked: str,
    zone: str,
    word: str,
    door: str,
) -> None:
    User.objects.filter(pk=alice.pk).update(**{"time_zone": "", "language": ""} | own)
    if door == "socket":
        ack = send_in_tab(tab, offer, alice, cookies=cookies, language=asked)
    else:
        ack = send_over_http(server, offer, alice, cookies=cookies, language=asked)
    assert ack["type"] == "ack", ack
    written = Message.objects.get(pk=ack["user_message"]).created_at
    local = written.astimezone(dt.timezone(dt.timedelta(hours=int(zone[:3]))))
    assert f'datetime="{local.isoformat()}">{local:%H:%M}<' in ack["html"]
    assert word in ack["html"]


def test_a_day_that_begins_for_the_reader_is_separated_in_the_ack(
    server: Server, offer: Offer, alice: User, tab: Callable[..., Tab]
) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone=KIRITIMATI, language="en")
    one = tab()
    first = one.send("before midnight", offer)
    one.follow(first["generation"])
    one.until_end(first["generation"])
    assert 'class="tc-day"' not in first["html"]
    midnight = timezone.now().astimezone(zoneinfo.ZoneInfo(KIRITIMATI)).replace(hour=0, minute=0, second=0)
    before = midnight - dt.timedelta(minutes=1)
    Message.objects.filter(conversation=first["conversation"]).update(created_at=before)
    second = one.ask(
        "message.send",
        conversation=first["conversation"],
        parent=first["assistant_message"],
        client_id=str(uuid.uuid4()),
        text="after midnight",
        settings={"offer": str(offer.pk)},
    )
    assert second["type"] == "ack", second
    assert '<h3 class="tc-day">Today</h3>' in second["html"]
