"""The compare page and its list: what stands there, what each deed does, and that strangers find nothing."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.catalog.queries import facts_of
from playground.comparisons import asking, columns
from playground.comparisons.asking import Asked
from playground.comparisons.models import Comparison, Vote
from playground.conversations.models import Conversation, Generation, LastSettings
from playground.conversations.run_settings import RunSettings, clamp, parse, told
from tests.integration.comparisons.conftest import comparison, finish, offers, question, turn_of
from tests.integration.web.conftest import HTMX, text_of

__all__ = ["comparison", "offers", "question"]  # fixtures

pytestmark = pytest.mark.django_db
OF_COMPARISONS = ("rename", "delete", "names", "scroll", "prefer", "add")


def at(name: str, found: Comparison) -> str:
    return reverse(f"comparison-{name}" if name else "comparison", args=[found.pk])


@pytest.fixture
def answered(question: Callable[..., list[Asked]]) -> list[Asked]:
    """A question that all columns have answered."""
    asked = question("Which river is longest?")
    for one, words in zip(asked, ("the Nile", "the Amazon", "the Yangtze"), strict=True):
        finish(one, words)
    return asked


def test_a_new_comparison_begins_with_the_model_used_last_and_another_one(
    alices: Client, alice: User, catalog: None
) -> None:
    used = Offer.objects.get(provider__slug="sandbox", wire_name="bigmodel/glm-z1-air")
    LastSettings.objects.create(user=alice, settings=RunSettings(offer=used.pk, temperature=0.3).to_json())
    answer = alices.post(reverse("comparison-begin"))
    found = Comparison.objects.get()
    assert answer.headers["Location"] == at("", found)
    chosen = [column.conversation.settings for column in found.shown_columns()]
    assert chosen[0] == {"offer": str(used.pk), "temperature": 0.3}
    assert chosen[1]["offer"] != chosen[0]["offer"]
    assert alices.get(at("", found)).status_code == 200


def test_a_comparison_is_reopened_with_questions_answers_and_figures(
    alices: Client, comparison: Comparison, answered: list[Asked], offers: list[Offer]
) -> None:
    read = text_of(alices.get(at("", comparison)))
    said = ["Which river is longest?", "the Nile", "the Amazon", "the Yangtze", *(offer.title for offer in offers)]
    assert [words for words in said if words not in read] == []
    assert read.count("Done") == 3


def test_what_all_columns_have_in_common_stands_above_and_the_rest_in_each(
    alices: Client, comparison: Comparison, answered: list[Asked]
) -> None:
    for column, temperature in zip(comparison.shown_columns(), (0.2, 0.7, 0.7), strict=True):
        column.conversation.settings |= {"temperature": temperature, "max_tokens": 2048}
        column.conversation.save()
    page = alices.get(at("parts", comparison)).content.decode()
    above, *heads = page.split("data-head")
    assert "Max tokens 2,048" in above
    assert "Temperature" not in above
    assert ["Temperature 0.2" in head for head in heads] == [True, False, False]


def test_a_schema_that_one_column_alone_is_asked_for_is_not_said_of_all(
    alices: Client, comparison: Comparison, answered: list[Asked]
) -> None:
    for column, output in zip(comparison.shown_columns(), ("json_schema", None, None), strict=True):
        column.conversation.settings |= {"output": output, "schema": '{"title": "Bill", "type": "object"}'}
        column.conversation.save()
    above, *heads = alices.get(at("parts", comparison)).content.decode().split("data-head")
    assert "Bill" not in above
    assert ["Schema “Bill”" in head for head in heads] == [True, False, False]


def test_without_names_nothing_in_head_or_foot_says_which_model_it_is(
    alices: Client, comparison: Comparison, answered: list[Asked], offers: list[Offer]
) -> None:
    assert alices.post(at("names", comparison), {"on": "1"}).status_code == 302
    parts = text_of(alices.get(at("parts", comparison)))
    assert [offer.title for offer in offers if offer.title in parts] == []
    assert [name for name in ("Model A", "Model B", "Model C") if name not in parts] == []
    assert "Cheapest" not in parts
    assert "¥" not in parts.split("Model A")[1]
    assert [offer.title for offer in offers if offer.title in text_of(alices.get(reverse("comparisons")))] == []
    alices.post(at("names", comparison))
    assert offers[0].title in text_of(alices.get(at("parts", comparison)))


def test_a_vote_shows_who_and_when_and_is_taken_back(
    alices: Client, comparison: Comparison, answered: list[Asked]
) -> None:
    chosen = {"message": str(turn_of(answered[1]).assistant_message_id)}
    assert "Preferred by Alice, " in text_of(alices.post(at("prefer", comparison), chosen, headers=HTMX))
    assert Vote.objects.count() == 1
    assert "Preferred by" not in text_of(alices.post(at("prefer", comparison), chosen, headers=HTMX))
    assert Vote.objects.count() == 0


def test_an_answer_of_another_comparison_cannot_be_preferred(
    alices: Client, alice: User, comparison: Comparison, answered: list[Asked]
) -> None:
    other = columns.begin(user=alice, columns=[RunSettings(), RunSettings()])
    chosen = {"message": str(turn_of(answered[1]).assistant_message_id)}
    assert alices.post(at("prefer", other), chosen).status_code == 422
    assert alices.post(at("prefer", other), {"message": "nonsense"}).status_code == 404


def test_a_column_is_added_with_the_parameters_of_the_last_as_far_as_they_fit(
    alices: Client, comparison: Comparison, offers: list[Offer]
) -> None:
    last = comparison.shown_columns()[-1].conversation
    last.settings |= {"temperature": 0.4}
    last.save()
    answer = alices.post(at("add", comparison), {"offer": str(offers[0].pk)}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == at("", comparison)
    assert comparison.shown_columns()[-1].conversation.settings == {"offer": str(offers[0].pk), "temperature": 0.4}
    assert alices.post(at("add", comparison), {"offer": str(uuid.uuid4())}).status_code == 404


def test_what_an_added_column_does_not_take_is_said_once_in_the_words_of_the_model_picker(
    alices: Client, comparison: Comparison, offers: list[Offer]
) -> None:
    last = comparison.shown_columns()[-1].conversation
    last.settings |= {"seed": 7, "temperature": 2}
    last.save()
    alices.post(at("add", comparison), {"offer": str(offers[0].pk)})
    page = alices.get(at("", comparison))
    _fitting, notes = clamp(parse(last.settings | {"offer": str(offers[0].pk)}), facts_of(offers[0]))
    assert list(page.context["dropped"]) == told(notes) != []
    assert "Temperature: " in text_of(page), "no field stands beside it"
    assert "Seed is left out." in text_of(page)
    assert "toast-content" not in page.content.decode()
    assert alices.get(at("", comparison)).context["dropped"] == []


def test_a_comparison_that_begins_with_two_models_says_what_the_second_does_not_take(
    alices: Client, alice: User, catalog: None
) -> None:
    used = Offer.objects.get(provider__slug="sandbox", wire_name="bigmodel/glm-z1-air")
    LastSettings.objects.create(user=alice, settings=RunSettings(offer=used.pk, seed=7).to_json())
    page = alices.post(reverse("comparison-begin"), follow=True)
    assert any("Seed is left out." in sentence for sentence in page.context["dropped"])


def test_a_column_leaves_out_the_oldest_turns_where_a_summary_was_wished_for_and_says_why(
    alices: Client, alice: User, comparison: Comparison
) -> None:
    """Taken over from a preset or the settings used last; a summary of each model's own would spoil the comparison."""
    column = comparison.shown_columns()[0]
    column.conversation.settings |= {"when_full": "summarise"}
    column.conversation.save()
    page = alices.get(reverse("column-settings", args=[column.pk]))
    ways = page.context["run"]["when_full"]
    assert [(way, is_chosen) for way, _words, is_chosen in ways] == [("", False), ("drop", True)]
    assert "every model would sum up in its own words" in text_of(page)
    asking.ask(user=alice, comparison=comparison, columns=[(column, None)], client_id="c1", text="hello")
    assert Generation.objects.get(conversation=column.conversation).settings["when_full"] == "drop"


def test_a_seventh_column_and_taking_the_second_last_are_refused_with_a_sentence(
    alices: Client, comparison: Comparison, offers: list[Offer]
) -> None:
    for _ in range(4):
        alices.post(at("add", comparison), {"offer": str(offers[0].pk)})
    assert "6 columns at most" in text_of(alices.get(at("", comparison)))
    assert len(comparison.shown_columns()) == 6
    for column in comparison.shown_columns()[1:]:
        alices.post(reverse("column-remove", args=[column.pk]))
    assert len(comparison.shown_columns()) == 2
    assert "needs two columns" in text_of(alices.get(at("", comparison)))


def test_a_column_that_missed_a_question_can_be_asked_it(
    alices: Client, comparison: Comparison, answered: list[Asked], offers: list[Offer]
) -> None:
    alices.post(at("add", comparison), {"offer": str(offers[0].pk)})
    page = alices.get(at("", comparison)).content.decode()
    assert page.count('data-catch-up data-question="Which river is longest?"') == 1


def test_to_continue_leads_to_an_ordinary_conversation(
    alices: Client, comparison: Comparison, answered: list[Asked]
) -> None:
    column = comparison.shown_columns()[1]
    answer = alices.post(reverse("column-continue", args=[column.pk]))
    room = Conversation.objects.get(title="Which river is longest?")
    assert answer.headers["Location"] == reverse("conversation", args=[room.pk])
    assert "the Amazon" in text_of(alices.get(answer.headers["Location"]))


def test_all_that_was_asked_waits_in_a_comparison_of_ones_own(
    alices: Client, comparison: Comparison, answered: list[Asked], question: Callable[..., list[Asked]]
) -> None:
    for column in comparison.shown_columns():
        column.conversation.refresh_from_db()
    parents = [(column, column.conversation.leaf_id) for column in comparison.shown_columns()]
    asking.ask(user=comparison.user, comparison=comparison, columns=parents, client_id="2", text="And the widest?")
    settings = [column.conversation.settings for column in comparison.shown_columns()]
    answer = alices.post(at("again", comparison))
    made = Comparison.objects.exclude(pk=comparison.pk).get()
    assert answer.headers["Location"] == f"{at('', made)}?questions={comparison.pk}"
    assert [column.conversation.settings for column in made.shown_columns()] == settings
    page = alices.get(answer.headers["Location"])
    assert list(page.context["waiting"]) == ["Which river is longest?", "And the widest?"]
    assert not Generation.objects.filter(conversation__column__comparison=made).exists(), "nothing is sent by itself"
    rows = [(column, None) for column in made.shown_columns()]
    asking.ask(user=made.user, comparison=made, columns=rows, client_id="3", text="Which river is longest?")
    assert list(alices.get(answer.headers["Location"]).context["waiting"]) == ["And the widest?"], "after a reload"
    assert alices.get(f"{at('', made)}?questions={uuid.uuid4()}").context["waiting"] == ()


def test_the_address_of_a_columns_conversation_leads_to_its_comparison(alices: Client, comparison: Comparison) -> None:
    column = comparison.shown_columns()[0]
    answer = alices.get(reverse("conversation", args=[column.conversation_id]))
    assert answer.headers["Location"] == at("", comparison)


def test_what_a_column_is_set_to_becomes_no_habit(
    alices: Client, alice: User, comparison: Comparison, offers: list[Offer]
) -> None:
    column = comparison.shown_columns()[0]
    form = alices.get(reverse("column-settings", args=[column.pk])).content.decode()
    address = reverse("conversation-settings", args=[column.conversation_id])
    assert f'action="{address}"' in form
    alices.post(address, {"offer": str(offers[1].pk), "temperature": "0.5"}, headers=HTMX)
    column.conversation.refresh_from_db()
    assert column.conversation.settings == {"offer": str(offers[1].pk), "temperature": 0.5}
    assert not LastSettings.objects.filter(user=alice).exists()


def test_a_comparison_is_renamed_and_deleted(alices: Client, comparison: Comparison, answered: list[Asked]) -> None:
    assert alices.post(at("rename", comparison), {"title": " Rivers "}).json() == {"title": "Rivers"}
    assert alices.post(at("rename", comparison), {"title": ""}).status_code == 422
    assert "Rivers" in text_of(alices.get(reverse("comparisons")))
    gone = alices.post(at("delete", comparison))
    assert gone.headers["Location"] == reverse("comparisons")
    assert "No comparisons yet" in text_of(alices.get(reverse("comparisons")))
    assert alices.get(at("", comparison)).status_code == 404


def test_the_list_shows_models_cost_and_votes_and_is_turned_in_pages(
    alices: Client, alice: User, comparison: Comparison, answered: list[Asked], offers: list[Offer]
) -> None:
    alices.post(at("prefer", comparison), {"message": str(turn_of(answered[0]).assistant_message_id)})
    read = text_of(alices.get(reverse("comparisons")))
    assert " · ".join(offer.title for offer in offers) in read
    Comparison.objects.bulk_create(Comparison(team=comparison.team, user=alice, title=f"c{n}") for n in range(60))
    first, second = (text_of(alices.get(reverse("comparisons"), {"page": page})) for page in ("1", "2"))
    assert "Older" in first
    assert "Which river is longest?" in second
    assert "Newer" in second


@pytest.mark.parametrize("deed", OF_COMPARISONS)
def test_a_stranger_finds_no_comparison(
    charlie: User, browser_of: Callable[[User], Client], comparison: Comparison, answered: list[Asked], deed: str
) -> None:
    answer = turn_of(answered[0]).assistant_message_id
    form = {"title": "mine", "on": "1", "message": str(answer), "offer": str(uuid.uuid4())}
    stranger = browser_of(charlie)
    for pk in (comparison.pk, uuid.uuid4()):
        assert stranger.post(reverse(f"comparison-{deed}", args=[pk]), form).status_code == 404
        assert stranger.get(reverse("comparison", args=[pk])).status_code == 404
        assert stranger.get(reverse("comparison-parts", args=[pk])).status_code == 404
    comparison.refresh_from_db()
    assert (comparison.title, comparison.hides_names) == ("Which river is longest?", False)
    assert Vote.objects.count() == 0


@pytest.mark.parametrize("deed", ["settings", "remove", "continue"])
def test_a_stranger_finds_no_column(
    charlie: User, browser_of: Callable[[User], Client], comparison: Comparison, deed: str
) -> None:
    stranger = browser_of(charlie)
    for pk in (comparison.shown_columns()[0].pk, uuid.uuid4()):
        address = reverse(f"column-{deed}", args=[pk])
        assert (stranger.get(address) if deed == "settings" else stranger.post(address)).status_code == 404
    assert len(comparison.shown_columns()) == 3


def test_the_tally_stands_beside_the_list_and_on_the_models_pages(
    alices: Client, comparison: Comparison, answered: list[Asked], offers: list[Offer]
) -> None:
    alices.post(at("prefer", comparison), {"message": str(turn_of(answered[0]).assistant_message_id)})
    assert "What was preferred" in text_of(alices.get(reverse("comparisons")))
    won, lost = offers[0].language_model, offers[1].language_model
    assert won
    assert lost
    catalog = text_of(alices.get(reverse("models"))).split("Preferred in comparisons")[1]
    assert f"{won.name} practice 1 0 {lost.name}" in catalog
    for model, figures in ((won, "1 0"), (lost, "0 1")):
        read = text_of(alices.get(reverse("model", args=[model.slug])))
        assert f"{model.name} practice {figures}" in read.split("Preferred in comparisons")[1]
