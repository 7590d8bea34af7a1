"""The list of templates: what is in it, how it is narrowed and sorted. Plain values for templates/prompts."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from playground.accounts.models import Member, Team, User
from playground.accounts.people import current_team, role_in
from playground.accounts.roles import Act, Thing, may
from playground.catalog.models import LanguageModel
from playground.conversations.models import Generation
from playground.prompts import queries
from playground.prompts.models import PromptTemplate, TemplateStar

PAGE = 40  # cards of one page
TAGS = 8  # chips; further tags are found by searching
RUNS_OF = dt.timedelta(days=30)
SCOPES = ("team", "builtin", "mine", "starred", "archive")
SORTS = ("used", "new", "title")
FALLBACK_ICON = "scroll-text"
COUNT = "template_count"  # of a request: the count for the navigation, where a view has it already


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see of the list; all of it stands in the address."""

    query: str = ""
    scope: str = "team"
    tag: str = ""
    sort: str = "used"
    page: int = 1

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Wish":
        """From an address; what makes no sense is left out."""
        scope, sort, page = asked.get("scope", ""), asked.get("sort", ""), asked.get("page", "")
        return cls(
            query=asked.get("q", "")[:200].strip(),
            scope=scope if scope in SCOPES else "team",
            tag=asked.get("tag", "")[:80],
            sort=sort if sort in SORTS else "used",
            page=min(int(page), 1_000) if page.isdecimal() and int(page) else 1,
        )

    def address(self, template: uuid.UUID | None = None, **other: str | int) -> str:
        """The list, or a template beside it, with these wishes changed; a change goes back to the first page."""
        kept = {"q": self.query, "scope": self.scope, "tag": self.tag, "sort": self.sort}
        values: dict[str, str | int] = {**kept, "page": 1, **other}
        plain = {"q": "", "scope": "team", "tag": "", "sort": "used", "page": 1}
        said = {name: value for name, value in values.items() if value != plain[name]}
        path = reverse("template", args=[template]) if template else reverse("templates")
        return f"{path}?{urlencode(said)}" if said else path


def shelf(user: User, wish: Wish, opened: uuid.UUID | None = None) -> dict[str, Any]:
    """Values of `prompts/page.html` for one person in their current team."""
    team = current_team(user)
    may_edit = may(role_in(user, team), Act.EDIT, Thing.TEMPLATES)
    everything = _in_scope(user, team, wish, may_edit)
    found = queries.matching(everything, wish.query)
    found = queries.tagged(found, wish.tag) if wish.tag else found
    upto = wish.page * PAGE
    rows = list(_sorted(_counted(found, team), wish)[: upto + 1])
    stars = set(TemplateStar.objects.filter(user=user).values_list("template", flat=True))
    models = dict(LanguageModel.objects.values_list("slug", "name"))
    return {
        "wish": wish,
        "cards": [_card(row, wish, stars, models, opened) for row in rows[:upto]],
        "more": wish.address(page=wish.page + 1) if len(rows) > upto else "",
        "scopes": [_choice(wish, "scope", name, words) for name, words in _scope_words().items()],
        "sorts": [_choice(wish, "sort", name, words) for name, words in _sort_words().items()],
        "tags": _tags(everything, wish),
        "may_edit": may_edit,
        "is_narrowed": bool(wish.query or wish.tag),
        "clear": wish.address(q="", tag=""),
    }


def offered(user: User, query: str) -> Any:
    """What a menu offers to use: those with the words in title or tags; without words those used most."""
    team = current_team(user)
    live = queries.available(team, language=get_language() or "en", drafts=False).filter(archived_at=None)
    live = live if may(role_in(user, team), Act.USE, Thing.TEMPLATES) else live.filter(team=None)
    return queries.named(live, query) if query.strip() else _sorted(_counted(live, team), Wish())


def count(team: Team) -> int:
    """How many templates can be used in a team, for the navigation."""
    return queries.available(team, language=get_language() or "en", drafts=False).filter(archived_at=None).count()


def with_count(members: "QuerySet[Member]") -> "QuerySet[Member]":
    """Memberships with `template_count`, that of their team: where a page looks the membership up anyway."""
    usable = queries.available(OuterRef("team"), language=get_language() or "en", drafts=False).filter(archived_at=None)
    one_group = usable.order_by().annotate(all=Value(1)).values("all").annotate(count=Count("pk")).values("count")
    return members.annotate(template_count=Coalesce(Subquery(one_group), 0))


def _in_scope(user: User, team: Team, wish: Wish, may_edit: bool) -> "QuerySet[PromptTemplate]":
    found = queries.available(team, language=get_language() or "en", drafts=may_edit)
    found = found.filter(archived_at__isnull=wish.scope != "archive")
    match wish.scope:
        case "builtin":
            return found.filter(team=None)
        case "mine":
            return found.filter(created_by=user)
        case "starred":
            return queries.starred(found, user)
        case "archive":
            return found.filter(team=team)
    return found


def _counted(templates: "QuerySet[PromptTemplate]", team: Team) -> Any:
    """With `runs`: turns of the team that were made with the template of late."""
    made = Generation.objects.filter(
        template_version__template=OuterRef("pk"), conversation__team=team, created_at__gte=timezone.now() - RUNS_OF
    )
    sums = made.order_by().values("template_version__template").annotate(count=Count("pk")).values("count")
    return templates.annotate(runs=Coalesce(Subquery(sums, output_field=IntegerField()), 0))


def _sorted(templates: Any, wish: Wish) -> Any:
    match wish.sort:
        case "new":
            return templates.order_by("-updated_at", "pk")
        case "title":
            return templates.order_by("folded_name", "pk")
    # A team's own come before those that came with the program, as long as nobody used any.
    return templates.order_by("-runs", F("team").desc(nulls_last=True), "folded_name", "pk")


def _card(
    row: Any, wish: Wish, stars: set[uuid.UUID], models: Mapping[str, str], opened: uuid.UUID | None
) -> dict[str, Any]:
    shown = row.shown
    return {
        "id": row.pk,
        "href": f"{wish.address(row.pk, page=wish.page)}#card-{row.pk}",
        "icon": shown.icon or FALLBACK_ICON,
        "title": shown.title,
        "purpose": shown.purpose,
        "language": shown.language,
        "number": shown.number,
        "is_draft": row.live_id is None,
        "variables": [one["name"] for one in shown.variables],
        "owner": row.created_by.display_name if row.created_by else "",
        "is_builtin": row.team_id is None,
        "model": models.get(shown.model, shown.model),
        "runs": row.runs,
        "is_starred": row.pk in stars,
        "is_open": row.pk == opened,
    }


def _tags(everything: "QuerySet[PromptTemplate]", wish: Wish) -> list[dict[str, Any]]:
    """Chips: all, and the tags that most of them have; the chosen one is always among them."""
    listed = everything.annotate(tags=Coalesce("live__tags", "newest__tags")).order_by().values_list("tags", flat=True)
    counts = Counter(tag for tags in listed for tag in tags)
    names = [tag for tag, _count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:TAGS]]
    if wish.tag and wish.tag not in names:
        names.append(wish.tag)
    every = {"words": _("All %(count)s") % {"count": len(listed)}, "href": wish.address(tag=""), "is_on": not wish.tag}
    return [every] + [{"words": name, "href": wish.address(tag=name), "is_on": name == wish.tag} for name in names]


def _choice(wish: Wish, field: str, name: str, words: str) -> dict[str, Any]:
    changed: dict[str, Any] = {field: name}
    return {"name": name, "words": words, "href": wish.address(**changed), "is_on": getattr(wish, field) == name}


def _scope_words() -> dict[str, str]:
    return {
        "team": _("Team"),
        "builtin": _("Built-in"),
        "mine": _("Mine"),
        "starred": _("Starred"),
        "archive": _("Archive"),
    }


def _sort_words() -> dict[str, str]:
    return {"used": _("Most used"), "new": _("Newest change"), "title": _("Title")}
