"""Every route, verb and role, on what is one's own, the team's, somebody else's and nobody's: as the table says.

One world for all of it, and a savepoint for each request, so that no request changes what the next one finds.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from tests.integration.web.test_pages import routes
from tests.rights.routes import RULES, Letters, Rule
from tests.rights.world import IN_TEAM, PLACES, SHARED, World, build
from tests.stock import put_stock

pytestmark = pytest.mark.django_db
ROUTES = {str(route.name): route for route in routes()}
LETTERS = "oamvrs-"
EVERYBODY = frozenset("oamvrs")
CHANGING = re.compile(rb'(csrfmiddlewaretoken" value="|X-CSRFToken": "|data-csrf="|nonce=")[^"]*')


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world, for as long as this module needs it."""
    with django_db_blocker.unblock(), transaction.atomic():
        put_stock("load_catalog", "load_templates")
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def sessions(world: World) -> dict[str, str]:
    """A signed-in browser's session for everybody."""
    found = {}
    for letter, user in world.people.items():
        client = Client()
        client.force_login(user)
        found[letter] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return found


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks as somebody, and leaves no trace."""

    sessions: dict[str, str]

    def ask(self, letter: str, verb: str, address: str, data: dict[str, str]) -> HttpResponseBase:
        """One request."""
        client = Client(raise_request_exception=True)
        if letter in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[letter]
        with transaction.atomic():
            if address.startswith("/live/") and verb == "post":
                body = '{"id": 1, "type": "ping"}' if "command" in address else '{"follow": {}}'
                answer: Any = client.post(address, body, content_type="application/json")
            else:
                answer = getattr(client, verb)(address, data)
            if not answer.streaming:
                answer.content  # noqa: B018 - rendered while the rows are there
            transaction.set_rollback(True)
        return answer  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def asker(sessions: dict[str, str]) -> Asker:
    """Asks as anybody."""
    return Asker(sessions)


def filled(texts: Any, ids: dict[str, object]) -> dict[str, str]:
    return {name: re.sub(r"\{(\w+)\}", lambda found: str(ids[found[1]]), text) for name, text in texts.items()}


def slots(name: str, rule: Rule) -> dict[str, str]:
    """The parameters of a route that are ids, and of what."""
    names = ROUTES[name].pattern.regex.groupindex
    return {one: rule.kinds.get(one, one.removesuffix("_id")) for one in names if one not in rule.fixed}


def kinds_of(name: str, rule: Rule) -> set[str]:
    """Of what there are ids in a request: in its address, and in what goes along."""
    return {*slots(name, rule).values(), *re.findall(r"\{(\w+)\}", f"{rule.data}{rule.query}")}


def wants_ids(name: str, rule: Rule) -> bool:
    return bool(kinds_of(name, rule))


def address_of(name: str, rule: Rule, ids: dict[str, object]) -> str:
    parts = {one: ids[kind] for one, kind in slots(name, rule).items()}
    return reverse(name, kwargs={**parts, **rule.fixed})


def let_in_anywhere(letters: Letters) -> frozenset[str]:
    """For whom there are no foreign things of this kind."""
    return frozenset(letters.get("foreign", ""))


def is_let_in(answer: HttpResponseBase) -> bool:
    if answer.status_code == 302:
        return not answer.headers["Location"].startswith(reverse("account_login"))
    assert answer.status_code < 500
    return answer.status_code not in (401, 403, 404, 405)


def body_of(answer: Any) -> bytes:
    """What a denied request reads, without what is new each time and without the address that was asked for."""
    content: bytes = CHANGING.sub(rb"\1", answer.content)
    return content.replace(escape(answer.wsgi_request.get_full_path()).encode(), b"HERE")


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    assert set(RULES) == set(ROUTES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_table_holds(name: str, world: World, asker: Asker) -> None:
    rule = RULES[name]
    for verb, letters in (("get", rule.get), ("post", rule.post)):
        for letter in LETTERS if letters and not rule.is_open else "o-":  # who is asked makes no difference there
            if wants_ids(name, rule):
                _check_places(name, rule, verb, letters, letter, world, asker)
            else:
                texts = filled(rule.data if verb == "post" else rule.query, {})
                answer = asker.ask(letter, verb, address_of(name, rule, {}), texts)
                _check(name, rule, verb, letters, "", letter, answer)


def _check_places(
    name: str, rule: Rule, verb: str, letters: Letters | None, letter: str, world: World, asker: Asker
) -> None:
    told: list[tuple[int, bytes]] = []
    wanted = kinds_of(name, rule)
    for place in PLACES:
        ids = world.ids(letter, place)
        if not wanted <= ids.keys():
            continue  # only conversations are shared, and a stranger has made nothing here
        if place in ("own", "team") and place not in (letters or rule.get or rule.post or {}):
            continue
        texts = filled(rule.data if verb == "post" else rule.query, ids)
        answer = asker.ask(letter, verb, address_of(name, rule, ids), texts)
        if place == "foreign" and letter == "s":
            continue  # it is their own
        _check(name, rule, verb, letters, place, letter, answer)
        if letters is not None and place in ("foreign", "unknown") and letter in EVERYBODY - let_in_anywhere(letters):
            told.append((answer.status_code, body_of(answer)))
    assert told[1:] == told[:-1], f"{verb} {name} as {letter}: a foreign id is answered like no unknown one"


def _check(
    name: str, rule: Rule, verb: str, letters: Letters | None, place: str, letter: str, answer: HttpResponseBase
) -> None:
    said = f"{verb} {name} as {letter}, {place or 'no'} thing: {answer.status_code}"
    if rule.is_open:
        assert answer.status_code < 500, said
    elif letter == "-":
        assert not is_let_in(answer), said
        assert answer.status_code in (302, 401, 405), said
    elif letters is None:
        assert answer.status_code == 405, said
    elif letter in letters.get(place, ""):
        assert is_let_in(answer), said
    else:
        may_be_told = rule.is_told and place == "team" and letter in IN_TEAM
        assert answer.status_code in ((403, 404) if may_be_told else (404,)), said


@pytest.mark.parametrize("name", [name for name, rule in sorted(RULES.items()) if wants_ids(name, rule)])
def test_an_id_of_elsewhere_beside_ones_own_opens_nothing(name: str, world: World, asker: Asker) -> None:
    rule = RULES[name]
    for verb, letters, texts in (("get", rule.get, rule.query), ("post", rule.post, rule.data)):
        if letters is None or let_in_anywhere(letters):
            continue
        place = "own" if "own" in letters else "team"
        good = world.ids("o", place)
        named = [*slots(name, rule).values(), *re.findall(r"\{(\w+)\}", str(texts))]
        for kind in dict.fromkeys(named):
            told = []
            for where in ("foreign", "unknown"):
                strange = world.ids("o", where)[kind]
                ids = {**good, kind: strange}
                answer = asker.ask("o", verb, address_of(name, rule, ids), filled(texts, ids))
                assert answer.status_code == 404, f"{verb} {name} with a {where} {kind}: {answer.status_code}"
                told.append(body_of(answer))
            assert told[0] == told[1], f"{verb} {name}: a foreign {kind} is told apart from an unknown one"


def test_a_message_of_a_shared_conversation_opens_nothing_beside_ones_own(world: World, asker: Asker) -> None:
    nested = [name for name, rule in RULES.items() if {"conversation", "message"} <= kinds_of(name, rule)]
    assert {"branch", "thread"} <= set(nested)
    for name in nested:
        rule = RULES[name]
        verb, texts = ("get", rule.query) if rule.get else ("post", rule.data)
        for place in (*SHARED, "team"):
            ids = {**world.ids("o", "own"), "message": world.ids("o", place)["message"]}
            answer = asker.ask("o", verb, address_of(name, rule, ids), filled(texts, ids))
            assert answer.status_code == 404, f"{verb} {name} with a message of a conversation at {place}"


@pytest.mark.parametrize("verb", ["put", "patch", "delete"])
def test_no_route_knows_another_verb(world: World, asker: Asker, verb: str) -> None:
    for name, rule in RULES.items():
        if name.startswith("live-"):
            continue
        place = "own" if "own" in (rule.get or rule.post or {}) else "team"
        ids = world.ids("o", place) if wants_ids(name, rule) else {}
        answer = asker.ask("o", verb, address_of(name, rule, ids), {})
        assert answer.status_code in (404, 405) or rule.is_open or name.startswith("account_"), name


def test_a_draft_is_there_for_who_edits(world: World, asker: Asker) -> None:
    for letter in LETTERS:
        draft = world.ids("o", "team")["draft"]
        answer = asker.ask(letter, "get", reverse("template-use", args=[draft]), {})
        assert is_let_in(answer) == (letter in "oam"), letter


def test_ids_are_not_words(world: World) -> None:
    assert all(isinstance(one, int | uuid.UUID) for place in PLACES for one in world.ids("m", place).values())
