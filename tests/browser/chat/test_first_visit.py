"""From an empty database to the first answer: the way of a new user."""

import re
from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from playwright.sync_api import BrowserContext, expect

from playground.accounts.models import User
from tests.browser.chat.conftest import last_answer, ready, send, until_state
from tests.conftest import PASSWORD
from tests.server import Server


def test_a_new_owner_gets_from_the_printed_link_to_a_streamed_answer_with_its_cost(
    server: Server, browser_of_user: Callable[..., BrowserContext]
) -> None:
    server.stop()
    server.start()  # an empty database: it prints a one-time link
    link = re.findall(r"(/setup/\S+/)", server.log)[-1]
    page = browser_of_user().new_page()
    page.goto(link)
    page.fill('input[name="name"]', "Lin Wei")
    page.fill('input[name="email"]', "lin.wei@example.org")
    for field in page.locator('input[type="password"]').all():
        field.fill("a long enough password")
    page.click('main button[type="submit"], form button[type="submit"] >> nth=-1')
    page.wait_for_url(f"{server.url}/")
    ready(page)
    owner = User.objects.get()
    assert owner.is_owner is True
    send(page, "What is 15 % of 240?")
    until_state(page, "finished")
    answer = last_answer(page)
    expect(answer.locator("[data-body]")).to_contain_text("36")
    expect(answer.locator("details.tc-thinking")).to_be_visible()
    cost = answer.locator('[data-meter="cost"]')
    expect(cost).to_contain_text("$")
    expect(cost).to_contain_text("¥")
    assert re.search(r"\d", answer.locator('[data-meter="ttft"]').inner_text())
    assert int(answer.locator('[data-meter="completion"]').inner_text().replace(",", "")) > 0
    expect(answer.locator(".tc-meter")).to_contain_text("practice")


def test_the_printed_link_works_once(server: Server, browser_of_user: Callable[..., BrowserContext], noise) -> None:  # type: ignore[no-untyped-def]
    noise.expected = ("status of 404", "status of 410")
    server.stop()
    server.start()
    link = re.findall(r"(/setup/\S+/)", server.log)[-1]
    User.objects.create(email="first@example.org", is_owner=True)
    page = browser_of_user().new_page()
    answer = page.goto(link)
    assert answer is not None
    assert answer.status in (404, 410)


def test_signing_in_and_out(server: Server, alice: User, browser_of_user: Callable[..., BrowserContext]) -> None:
    alice.password = make_password(PASSWORD, hasher="argon2")  # the server's own hasher; the tests' is a quick one
    alice.save()
    page = browser_of_user().new_page()
    page.goto("/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.fill('input[name="login"]', "Alice@Example.org")
    page.fill('input[name="password"]', PASSWORD)
    page.press('input[name="password"]', "Enter")
    page.wait_for_url(f"{server.url}/")
    ready(page)
    page.click("#account-menu-trigger")
    page.click("#account-sign-out")
    expect(page).to_have_url(re.compile("/accounts/(login|logout)/"))
