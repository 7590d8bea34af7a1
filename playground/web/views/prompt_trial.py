"""Two versions of a template on the same inputs: one form for both, then a comparison. Nothing is sent."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from playground.accounts.people import current_team
from playground.accounts.roles import Act
from playground.catalog.queries import facts_of
from playground.comparisons import columns
from playground.conversations import run_settings
from playground.conversations.run_settings import RunSettings
from playground.prompts import library
from playground.prompts.content import Filled, examples_of, fill_content
from playground.prompts.models import TemplateVersion
from playground.prompts.variables import Variable
from playground.web import access
from playground.web.access import person
from playground.web.forms.prompts import PREFIX, BothForm
from playground.web.offers import Desk
from playground.web.opening import settings_of
from playground.web.views.prompt_use import EXAMPLE

Pair = tuple[TemplateVersion, TemplateVersion]


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def both(request: HttpRequest) -> HttpResponseBase:
    """Fill the variables of both versions at once; then their comparison begins, each on the model it recommends."""
    user = person(request)
    left, right = (_version(request, side) for side in ("left", "right"))
    if request.method != "POST" or request.POST.get("act") == EXAMPLE:
        examples = examples_of(left.content) | examples_of(right.content) if request.method == "POST" else {}
        return _form(request, (left, right), {PREFIX + name: value for name, value in examples.items()})
    form = BothForm(request.POST, variables=variables_of(left, right), firsts=_firsts(left, right))
    if not form.is_valid():
        return _page(request, (left, right), form, status=422)
    desk = Desk(user, current_team(user))
    filled = {side.pk: fill_content(side.content, form.values) for side in (left, right)}
    made = columns.make(user=user, columns=[_settings(desk, side, filled[side.pk]) for side in (left, right)])
    chosen = left if form.cleaned_data.get("first") == str(left.pk) else right
    text = filled[chosen.pk].first_message
    library.keep_filling(user, chosen, system_prompt=filled[chosen.pk].system_prompt, first_message=text)
    return redirect(f"{reverse('comparison', args=[made.pk])}?filled={chosen.pk}")


def variables_of(left: TemplateVersion, right: TemplateVersion) -> list[Variable]:
    """What is asked for once: the variables of the second, and those that only the first has."""
    asked = {one.name: one for one in right.content.variables}
    return [*asked.values(), *(one for one in left.content.variables if one.name not in asked)]


def _settings(desk: Desk, version: TemplateVersion, filled: Filled) -> RunSettings:
    """What a version recommends, as far as its model takes it."""
    wished = settings_of(desk, version, filled.system_prompt)
    offer = desk.find(wished.offer)
    return run_settings.clamp(wished, facts_of(offer))[0] if offer else wished


def _firsts(left: TemplateVersion, right: TemplateVersion) -> list[tuple[str, str]]:
    """Whose first message both columns are asked, where the two differ."""
    if left.first_message == right.first_message:
        return []
    return [(str(side.pk), f"v{side.number}") for side in (right, left)]


def _form(request: HttpRequest, pair: Pair, initial: dict[str, str]) -> HttpResponse:
    return _page(request, pair, BothForm(variables=variables_of(*pair), firsts=_firsts(*pair), initial=initial))


def _page(request: HttpRequest, pair: Pair, form: BothForm, status: int = 200) -> HttpResponse:
    left, right = pair
    context = {"section": "templates", "left": left, "right": right, "form": form}
    return render(request, "prompts/try_both.html", context, status=status)


def _version(request: HttpRequest, side: str) -> TemplateVersion:
    try:
        version_id = uuid.UUID(request.GET.get(side, ""))
    except ValueError:
        raise Http404 from None
    return access.template_version(person(request), version_id, Act.USE)
