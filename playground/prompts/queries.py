"""Questions about templates: what a team can use, and what a search finds in it.

A search asks the database for every folded word as it stands, so that any two Chinese characters are found. A list of
some thousand templates is read through in milliseconds; tests/integration/prompts/test_queries.py holds it to that.
"""

import uuid
from collections.abc import Sequence

from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact, GreaterThan

from playground.accounts.models import Team, User
from playground.folding import fold
from playground.prompts.models import PromptTemplate, TemplateVersion

WORDS = 8  # of a query; more are passed over
LANGUAGES = ("en", "zh-hans")  # of the built-in templates; readers of others get the first


def available(team: Team | OuterRef, *, language: str, drafts: bool) -> "QuerySet[PromptTemplate]":
    """What a team can use: its own, and those that came with the program in the reader's language.

    `drafts`: also its own that nobody made live yet, which is for those who may edit.
    """
    builtin = Q(team=None, builtin_language=_builtin_language(language))
    own = Q(team=team) if drafts else Q(team=team, live__isnull=False)
    return PromptTemplate.objects.filter(builtin | own).select_related("live", "newest", "created_by")


def matching(templates: "QuerySet[PromptTemplate]", query: str) -> "QuerySet[PromptTemplate]":
    """Those that have every word of the query in what they say."""
    for word in words_of(query):
        templates = templates.filter(_holds("folded", word))
    return templates


def named(templates: "QuerySet[PromptTemplate]", query: str) -> "QuerySet[PromptTemplate]":
    """Those that have every word of the query in title or tags; those that begin with the first word come first."""
    words = words_of(query)
    for word in words:
        templates = templates.filter(_holds("folded_name", word))
    if not words:
        return templates
    begins = When(Exact(StrIndex("folded_name", Value(words[0])), 1), then=0)
    return templates.annotate(place=Case(begins, default=1, output_field=IntegerField())).order_by(
        "place", "-updated_at"
    )


def tagged(templates: "QuerySet[PromptTemplate]", tag: str) -> "QuerySet[PromptTemplate]":
    """Those with this tag, in whatever spelling."""
    return templates.filter(_holds("folded_tags", f"\n{fold(tag)}\n"))


def starred(templates: "QuerySet[PromptTemplate]", user: User) -> "QuerySet[PromptTemplate]":
    """Those that the person put a star on."""
    return templates.filter(stars__user=user)


def builtin_uses(language: str) -> dict[tuple[str, str], uuid.UUID]:
    """The built-in template of a documented use, by the model's slug and the use's title, and by ("", title) alone."""
    listed = PromptTemplate.objects.filter(team=None, archived_at=None, builtin_language=_builtin_language(language))
    found: dict[tuple[str, str], uuid.UUID] = {}
    for pk, uses in listed.order_by("builtin_key").values_list("pk", "uses"):
        for use in uses:
            found[use["model"], use["title"]] = pk
            found.setdefault(("", use["title"]), pk)
    return found


def version_for(user: User, version_id: uuid.UUID) -> TemplateVersion | None:
    """A version that the person may see: of a team they are in, or of those that came with the program."""
    seen = Q(template__team=None) | Q(template__team__members__user=user)
    return TemplateVersion.objects.filter(seen, pk=version_id).select_related("template__team").first()


def words_of(query: str) -> Sequence[str]:
    """The folded words of a query, each once."""
    return list(dict.fromkeys(fold(query).split()))[:WORDS]


def _builtin_language(language: str) -> str:
    return language if language in LANGUAGES else LANGUAGES[0]


def _holds(column: str, text: str) -> GreaterThan:
    # Not LIKE: on SQLite it ignores the case of Latin letters only, and "%" and "_" would have to be hidden from it.
    return GreaterThan(StrIndex(column, Value(text)), 0)
