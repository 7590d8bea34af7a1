"""One template beside the list: figures, variables, texts, changes, versions. Plain values for templates/prompts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.accounts.models import Member, Team, User
from playground.accounts.people import current_team, role_in
from playground.accounts.roles import Act, Thing, may, roles_that_may
from playground.catalog.models import LanguageModel, Offer
from playground.conversations.models import Generation
from playground.pricing.price import Price
from playground.prompts import diff
from playground.prompts.models import PromptTemplate, TemplateStar, TemplateVersion
from playground.prompts.render import pieces
from playground.prompts.variables import KIND_WORDS, Kind, Variable
from playground.web import access
from playground.web.moments import moment_words
from playground.web.money import CostView, Rates
from playground.web.offers import Desk
from playground.web.template_shelf import FALLBACK_ICON, RUNS_OF
from playground.web.template_worth import figures_of, of_version
from playground.wire.tokens import estimate_tokens

TEXTS = ("system_prompt", "first_message")


@dataclass(frozen=True, slots=True)
class Change:
    """What changed between two versions: sections of lines, those without a change left out."""

    left: TemplateVersion
    right: TemplateVersion
    sections: Sequence[dict[str, Any]]
    added: int
    removed: int


def panel(user: User, found: PromptTemplate, chosen: TemplateVersion | None = None) -> dict[str, Any]:
    """Values of `prompts/_panel.html`. `chosen`: the version to show instead of the one members get."""
    may_edit = access.may_with_template(user, found, Act.EDIT)
    versions = [one for one in found.versions.select_related("author") if may_edit or not one.is_draft]
    shown = chosen or found.shown
    desk = Desk(user, current_team(user))
    worth = figures_of(desk.team, versions)
    return {
        "id": found.pk,
        "version_id": shown.pk,
        "icon": shown.icon or FALLBACK_ICON,
        "title": shown.title,
        "purpose": shown.purpose,
        "language": shown.language,
        "tags": shown.tags,
        "number": shown.number,
        "is_live": shown.pk == found.live_id,
        "is_draft": shown.is_draft,
        "is_pinned": found.is_pinned,
        "is_builtin": found.team is None,
        "is_archived": found.archived_at is not None,
        "is_starred": TemplateStar.objects.filter(user=user, template=found).exists(),
        "waiting": found.newest if found.has_draft and may_edit and found.live else None,
        "may_edit": may_edit and found.archived_at is None,
        "may_archive": may_edit,
        "may_use": access.may_with_template(user, found, Act.USE),
        "may_copy": may(role_in(user, desk.team), Act.EDIT, Thing.TEMPLATES),
        "runs": _runs(found, desk.team),
        "saved": moment_words(shown.created_at),
        "price": prompt_price(desk, shown.content.model, f"{shown.system_prompt}\n{shown.first_message}"),
        "model": model_name(shown.model),
        "settings": setting_words(shown.settings),
        "variables": [_variable(one) for one in shown.content.variables],
        "texts": [{"title": title, "pieces": pieces(getattr(shown, name))} for name, title in _text_words().items()],
        "changes": _changes(versions, shown),
        "versions": [_version(one, found) for one in versions],
        "worth": [one for one in worth if one.runs or one.up or one.down],
        "figures": of_version(worth, shown.pk),
        "origin": _origin(user, found, may_edit),
        "teams": _fork_teams(user, found),
        "sharing": _sharing(found),
    }


def change(left: TemplateVersion, right: TemplateVersion) -> Change:
    """Two versions compared, text by text."""
    sections = []
    added = removed = 0
    for name, title in (_text_words() | {"rest": _("Everything else")}).items():
        rows = diff.compare(_text(left, name), _text(right, name))
        if all(row.same for row in rows):
            continue
        came, went = diff.count(rows)
        added, removed = added + came, removed + went
        sections.append({"title": title, "rows": rows, "lines": [_line(one) for one in diff.unified(rows)]})
    return Change(left, right, sections, added, removed)


def prompt_price(desk: Desk, model: str, text: str) -> dict[str, Any]:
    """How many tokens a text is, and what reading it costs on the model: with the person's key, else in practice."""
    tokens = estimate_tokens(text)
    offer = offer_for(desk, model)
    price = desk.price(offer) if offer else None
    return {
        "tokens": ngettext("%(count)s token", "%(count)s tokens", tokens) % {"count": f"{tokens:,}"},
        "cost": _cost(desk, price, tokens),
        "offer": offer.title if offer else "",
        "provider": offer.provider.name if offer else "",
    }


def offer_for(desk: Desk, model: str) -> Offer | None:
    """The offer of a language model that the person can run: with a key, then practice, then any."""
    found = [one for one in desk.offers if model and one.language_model and one.language_model.slug == model]
    found.sort(key=lambda one: (bool(desk.refused(one)), one.provider.practice))
    return found[0] if found else None


def model_name(slug: str) -> str:
    """The name of a language model; its slug when the catalog has none."""
    return LanguageModel.objects.filter(slug=slug).values_list("name", flat=True).first() or slug


def setting_words(settings: dict[str, Any]) -> list[str]:
    """The recommended parameters, each in a few words."""
    words = []
    for name, value in settings.items():
        if name == "thinking":
            words.append(_("thinking on") if value else _("thinking off"))
        else:
            words.append(f"{name} {', '.join(value) if isinstance(value, list) else value}")
    return words


def _cost(desk: Desk, price: Price | None, tokens: int) -> CostView | None:
    if price is None:
        return None
    amount = max(tier.input for tier in price.tiers) * tokens / 1_000_000  # the dearest tier, as under the composer
    return Rates(desk.user.currency).view(amount, price.currency, "estimated", timezone.now().date())


def _runs(found: PromptTemplate, team: Team) -> int:
    made = Generation.objects.filter(template_version__template=found, conversation__team=team)
    return made.filter(created_at__gte=timezone.now() - RUNS_OF).count()


def _variable(one: Variable) -> dict[str, Any]:
    kind = str(KIND_WORDS[one.kind])
    return {
        "place": f"{{{{{one.name}}}}}",
        "label": one.words,
        "kind": ", ".join(one.choices) if one.kind == Kind.CHOICE else kind,
        "help": one.help,
        "default": one.default[:60],
        "is_required": one.required,
    }


def _changes(versions: Sequence[TemplateVersion], shown: TemplateVersion) -> list[Change]:
    """What this version changed, and the one before it: the newest first."""
    upto = [one for one in versions if one.number <= shown.number]
    return [change(older, newer) for newer, older in pairwise(upto[:3])]


def _version(one: TemplateVersion, found: PromptTemplate) -> dict[str, Any]:
    return {
        "id": one.pk,
        "number": one.number,
        "author": one.author.display_name if one.author else "",
        "saved": moment_words(one.created_at),
        "note": one.note,
        "is_live": one.pk == found.live_id,
        "is_draft": one.is_draft,
        "is_newest": one.pk == found.newest_id,
    }


def _origin(user: User, found: PromptTemplate, may_edit: bool) -> dict[str, Any] | None:
    """Where a fork comes from. What the reader may not see is not named."""
    origin, forked = found.origin, found.origin_version
    if origin is None or forked is None:
        return None
    is_seen = access.may_with_template(user, origin, Act.VIEW)
    moved = origin.live if found.origin_has_moved else None
    return {
        "title": forked.title if is_seen else "",
        "id": origin.pk if is_seen else None,
        "number": forked.number,
        "moved": moved.number if moved and is_seen else None,
        "left": forked.pk,
        "right": moved.pk if moved else None,
        "may_catch_up": moved is not None and is_seen and may_edit,
    }


def _fork_teams(user: User, found: PromptTemplate) -> list[Team]:
    """Other teams in which the person may edit."""
    places = Member.objects.filter(user=user, role__in=roles_that_may(Act.EDIT, Thing.TEMPLATES)).exclude(
        team=found.team
    )
    return [place.team for place in places.select_related("team").order_by("team__name")]


def _sharing(found: PromptTemplate) -> dict[str, Any] | None:
    if found.team is None:
        return None
    people = found.team.members.count()
    return {
        "team": found.team.name,
        "people": ngettext("%(count)s person", "%(count)s people", people) % {"count": people},
        "owner": found.created_by.display_name if found.created_by else "",
    }


def _text_words() -> dict[str, str]:
    return {"system_prompt": _("System prompt"), "first_message": _("First message")}


def _text(version: TemplateVersion, name: str) -> str:
    if name in TEXTS:
        return str(getattr(version, name))
    rest = {key: value for key, value in version.content.to_json().items() if key not in TEXTS}
    return yaml.safe_dump(rest, allow_unicode=True, sort_keys=False, width=100).strip("\n")


def _line(one: diff.Line | None) -> dict[str, Any]:
    """A line of a diff in one column, with its numbers on both sides; without parts: lines were left out here."""
    if one is None:
        return {"is_gap": True}
    sign, side, row = one
    same = row.same
    return {
        "sign": sign,
        "left": row.left.number if row.left and (same or sign == "-") else "",
        "right": row.right.number if row.right and (same or sign == "+") else "",
        "parts": side.parts,
    }
