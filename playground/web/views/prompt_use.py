"""Using a template: the small form of its variables, as a page and in a dialog, and the rows of the "/" menu."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from playground.accounts.people import current_team
from playground.accounts.roles import Act
from playground.prompts import library
from playground.prompts.content import examples_of, fill_content
from playground.prompts.models import TemplateVersion
from playground.web import access, opening
from playground.web.access import person
from playground.web.forms.prompts import PREFIX, FillForm
from playground.web.offers import Desk
from playground.web.template_shelf import FALLBACK_ICON, offered

ROWS = 8  # of the menu
EXAMPLE = "example"  # the button that puts the examples into the fields


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def use(request: HttpRequest, version_id: uuid.UUID) -> HttpResponseBase:
    """Fill the variables; then the playground begins with the texts. Nothing is sent."""
    user = person(request)
    version = access.template_version(user, version_id, Act.USE)
    content = version.content
    if request.method != "POST" or request.POST.get("act") == EXAMPLE:
        examples = examples_of(content) if request.method == "POST" else {}
        initial = {PREFIX + name: value for name, value in examples.items()}
        return _form(request, version, FillForm(variables=content.variables, initial=initial))
    form = FillForm(request.POST, variables=content.variables)
    if not form.is_valid():
        return _form(request, version, form, status=422)
    filled = fill_content(content, form.values)
    if request.headers.get("accept", "").startswith("application/json"):
        return JsonResponse(
            _inserted(Desk(user, current_team(user)), version, filled.system_prompt, filled.first_message)
        )
    library.keep_filling(user, version, system_prompt=filled.system_prompt, first_message=filled.first_message)
    return redirect(opening.address(version))


@never_cache
@login_required
@require_GET
def menu(request: HttpRequest) -> HttpResponse:
    """Templates by title and tag for "/" in the composer."""
    found = offered(person(request), request.GET.get("q", "")[:100])
    rows = [_row(one.shown) for one in found[:ROWS]]
    return render(request, "prompts/_menu.html", {"rows": rows})


def _row(version: TemplateVersion) -> dict[str, object]:
    return {
        "version": version.pk,
        "icon": version.icon or FALLBACK_ICON,
        "title": version.title,
        "purpose": version.purpose,
    }


def _form(request: HttpRequest, version: TemplateVersion, form: FillForm, status: int = 200) -> HttpResponse:
    in_dialog = bool(request.htmx) or request.headers.get("accept", "").startswith("application/json")  # type: ignore[attr-defined]
    template = "prompts/_fill_form.html" if in_dialog else "prompts/use.html"
    context = {"section": "templates", "version": version, "form": form, "in_dialog": in_dialog}
    return render(request, template, context, status=status)


def _inserted(desk: Desk, version: TemplateVersion, system_prompt: str, first_message: str) -> dict[str, object]:
    """For the script of the "/" menu: the settings to keep and the text to put into the composer."""
    settings = opening.settings_of(desk, version, system_prompt)
    return {"settings": settings.to_json(), "text": first_message, "title": version.title}
