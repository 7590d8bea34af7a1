"""The team's log of deeds: what is in it, and that nobody changes it."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from playground.accounts import audit
from playground.accounts.models import Deed, Team, User
from playground.accounts.people import current_team
from playground.append_only import AppendOnly
from playground.catalog.models import Provider
from playground.errors import Refused
from playground.prompts import library
from playground.prompts.content import read_content
from playground.tools import functions
from playground.vault import keys

pytestmark = pytest.mark.django_db
SECRET = "canary-of-a-key-0123456789"


def deeds(team: Team) -> list[tuple[str, str, str]]:
    return list(Deed.objects.filter(team=team).order_by("pk").values_list("address", "name", "subject"))


@pytest.fixture
def line(team: Team, alice: User) -> Deed:
    return audit.note(team=team, person=alice, deed="member.removed", subject="bob@example.org", details={"role": "x"})


def test_a_line_says_who_did_what_to_whom(line: Deed, team: Team, alice: User) -> None:
    alice.delete()
    assert deeds(team) == [("alice@example.org", "member.removed", "bob@example.org")]
    assert Deed.objects.get().details == {"role": "x"}


@pytest.mark.parametrize("name", ["", "key", "Key.added", "key.added.twice", "key added", "key."])
def test_what_is_no_deed_is_a_mistake_of_the_program(team: Team, alice: User, name: str) -> None:
    with pytest.raises(ValueError, match="not a deed"):
        audit.note(team=team, person=alice, deed=name)


def test_a_long_subject_is_cut(team: Team) -> None:
    assert len(audit.note(team=team, person=None, deed="key.added", subject="x" * 500).subject) == 200


def test_the_model_refuses_to_save_again_and_to_delete(line: Deed) -> None:
    line.subject = "somebody else"
    for deed in (line.save, line.delete, Deed.objects.get().save):
        with pytest.raises(AppendOnly):
            deed()


@pytest.mark.parametrize(
    "change",
    [
        lambda: Deed.objects.update(subject="somebody else"),
        lambda: Deed.objects.all().delete(),
        lambda: Deed.objects.all()._raw_delete("default"),
        lambda: connection.cursor().execute("UPDATE accounts_deed SET address = ''"),
    ],
)
def test_the_database_refuses_changes(line: Deed, change: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change()
    assert Deed.objects.get().subject == line.subject


def test_what_is_done_with_a_shared_key_is_written_down_without_the_key(team: Team, alice: User) -> None:
    shop = Provider.objects.create(slug="shop", name="Shop", base_url="https://shop.example/v1", currency="CNY")
    row = keys.add(team=team, user=None, provider=shop, label="Ours", key=SECRET, created_by=alice)
    keys.replace(row, key=f"{SECRET}2", by=alice)
    keys.rename(row, label="Theirs", by=alice)
    keys.set_disabled(row, disabled=True, by=alice)
    keys.set_disabled(row, disabled=False, by=alice)
    keys.remove(row, by=alice)
    done = [(name, subject) for _address, name, subject in deeds(team)]
    assert done == [
        ("key.added", "Ours"),
        ("key.replaced", "Ours"),
        ("key.renamed", "Theirs"),
        ("key.disabled", "Theirs"),
        ("key.enabled", "Theirs"),
        ("key.removed", "Theirs"),
    ]
    assert SECRET not in str(list(Deed.objects.values()))


def test_a_personal_key_is_nobody_elses_business(team: Team, alice: User) -> None:
    shop = Provider.objects.create(slug="shop", name="Shop", base_url="https://shop.example/v1", currency="CNY")
    row = keys.add(team=team, user=alice, provider=shop, label="Mine", key=SECRET, created_by=alice)
    keys.remove(row, by=alice)
    assert deeds(team) == []


def test_what_is_done_with_a_template_is_written_down(alice: User, charlie: User) -> None:
    team = current_team(alice)
    text = read_content({"title": "Greeting", "system_prompt": "Greet."})
    other = read_content({"title": "Greeting", "system_prompt": "Greet briefly."})
    template = library.create(team=team, author=alice, content=text, live=False)
    library.make_live(template, template.versions.get(), by=alice)
    library.save(template, author=alice, content=other, base=1, live=False)
    library.restore(template, template.versions.get(number=1), author=alice)
    library.archive(template, archived=True, by=alice)
    library.archive(template, archived=False, by=alice)
    library.fork(template.shown, team=current_team(charlie), author=charlie)
    assert [name for _address, name, _subject in deeds(team)] == [
        *("template.created", "template.published", "template.saved", "template.restored"),
        *("template.archived", "template.brought_back"),
    ]
    assert deeds(current_team(charlie)) == [("charlie@example.org", "template.forked", "Greeting")]


def test_what_is_done_with_a_function_is_written_down_and_a_refusal_is_not(alice: User) -> None:
    team = current_team(alice)
    about = {"name": "clock", "description": "Tells the time", "parameters": '{"type": "object"}'}
    row = functions.save(user=alice, team=team, function=None, **about)
    functions.save(user=alice, team=team, function=row, **about)
    with pytest.raises(Refused):
        functions.save(user=alice, team=team, function=None, **about)
    functions.remove(user=alice, function=row)
    assert [name for _address, name, _subject in deeds(team)] == [
        *("function.added", "function.changed", "function.removed"),
    ]
