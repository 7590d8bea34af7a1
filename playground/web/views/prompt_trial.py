"""Two versions of a template and more on the same inputs: one form for all, then a comparison. Nothing is sent."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from playground.accounts.people import current_team
from playground.accounts.roles import Act
from playground.comparisons import columns
from playground.conversations.run_settings import RunSettings
from playground.prompts import library
from playground.prompts.content import Filled, examples_of, fill_content
from playground.prompts.models import TemplateVersion
from playground.prompts.variables import Variable
from playground.web import access
from playground.web.access import person
from playground.web.dropped import say_dropped
from playground.web.forms.prompts import PREFIX, BothForm
from playground.web.offers import Desk
from playground.web.opening import settings_of
from playground.web.views.prompt_use import EXAMPLE

MOST_OFFERED: Final = 20  # further versions of one template
Versions = Sequence[TemplateVersion]


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def both(request: HttpRequest) -> HttpResponseBase:
    """Fill the variables of two versions or more at once; then they are compared, each on the model it recommends."""
    user = person(request)
    pair = [_version(request, side) for side in ("left", "right")]
    others = _others(request, pair)
    chosen = [*pair, *(one for one in others if str(one.pk) in request.POST.getlist("also"))][: columns.MOST]
    if request.method != "POST" or request.POST.get("act") == EXAMPLE:
        examples = _examples(chosen) if request.method == "POST" else {}
        initial = {PREFIX + name: value for name, value in examples.items()}
        ticked = {"also": request.POST.getlist("also")}
        return _page(request, pair, _made_for(chosen, others, initial={**initial, **ticked}))
    form = _made_for(chosen, others, request.POST)
    if not form.is_valid():
        return _page(request, pair, form, status=422)
    desk = Desk(user, current_team(user))
    filled = {side.pk: fill_content(side.content, form.values) for side in chosen}
    wished = [_settings(desk, side, filled[side.pk]) for side in chosen]
    made = columns.make(user=user, columns=[settings for settings, _notes in wished])
    say_dropped(request, *(notes for _settings, notes in wished))
    first = next((side for side in chosen if form.cleaned_data.get("first") == str(side.pk)), pair[1])
    text = filled[first.pk].first_message
    library.keep_filling(user, first, system_prompt=filled[first.pk].system_prompt, first_message=text)
    return redirect(f"{reverse('comparison', args=[made.pk])}?filled={first.pk}")


def variables_of(left: TemplateVersion, right: TemplateVersion, *more: TemplateVersion) -> list[Variable]:
    """What is asked for once: the variables of the second, and those that only another one has."""
    asked: dict[str, Variable] = {}
    for version in (right, left, *more):
        for one in version.content.variables:
            asked.setdefault(one.name, one)
    return list(asked.values())


def _others(request: HttpRequest, pair: Versions) -> Versions:
    """What else there is of the same templates, the newest first; drafts only for those who may edit."""
    known = {one.pk for one in pair}
    templates = {one.template_id: one.template for one in pair}
    found: list[TemplateVersion] = []
    for template in templates.values():
        rows = template.versions.exclude(pk__in=known).order_by("-number")
        if not access.may_with_template(person(request), template, Act.EDIT):
            rows = rows.filter(live_at__isnull=False)
        found += rows[:MOST_OFFERED]
    return found


def _examples(chosen: Versions) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for version in chosen:
        found |= examples_of(version.content)
    return found


def _settings(desk: Desk, version: TemplateVersion, filled: Filled) -> tuple[RunSettings, Mapping[str, str]]:
    """What a version recommends as far as its model takes it, and what that does not take."""
    wished = settings_of(desk, version, filled.system_prompt)
    offer = desk.find(wished.offer)
    return desk.fitting(wished, offer) if offer else (wished, {})


def _made_for(chosen: Versions, others: Versions, *posted: QueryDict, **kwargs: Any) -> BothForm:
    titles = {one.title for one in (*chosen, *others)}
    words = [(str(one.pk), f"v{one.number}" if len(titles) == 1 else f"{one.title} v{one.number}") for one in others]
    variables = variables_of(chosen[0], chosen[1], *chosen[2:])
    return BothForm(*posted, variables=variables, firsts=_firsts(chosen), others=words, **kwargs)


def _firsts(chosen: Versions) -> list[tuple[str, str]]:
    """Whose first message all columns are asked, where they differ."""
    if len({side.first_message for side in chosen}) == 1:
        return []
    left, right, *more = chosen
    return [(str(side.pk), f"v{side.number}") for side in (right, left, *more)]


def _page(request: HttpRequest, pair: Versions, form: BothForm, status: int = 200) -> HttpResponse:
    left, right = pair
    context = {"section": "templates", "left": left, "right": right, "form": form}
    return render(request, "prompts/try_both.html", context, status=status)


def _version(request: HttpRequest, side: str) -> TemplateVersion:
    try:
        version_id = uuid.UUID(request.POST.get(side) or request.GET.get(side, ""))
    except ValueError:
        raise Http404 from None
    return access.template_version(person(request), version_id, Act.USE)
