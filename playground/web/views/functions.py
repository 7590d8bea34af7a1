"""Functions of a team: the dialog beside the run settings, and the check of a schema while it is typed."""

import json
import uuid
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.accounts.roles import Act
from playground.errors import Refused
from playground.streaming import endpoints
from playground.tools import functions
from playground.tools.models import Function
from playground.vault.addresses import allowed_hosts
from playground.web import access
from playground.web.access import person
from playground.web.forms.functions import FunctionForm
from playground.web.function_examples import EXAMPLES, example
from playground.web.respond import wants_partial
from playground.web.run_tools import flaws_of

FORM, CHANGED = "functions/_form.html", "tc:function"


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponseBase:
    """The form of a new function, empty or with an example (`?example=`), and what it posts."""
    team = _team(request)
    if request.method == "POST":
        return _saved(request, team, None)
    return _form(request, FunctionForm(initial=example(request.GET.get("example", ""))), None)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, function_id: uuid.UUID) -> HttpResponseBase:
    """The form of a function, and what it posts."""
    row = access.function(person(request), function_id)
    if request.method == "POST":
        return _saved(request, row.team, row)
    names = ("name", "description", "parameters", "fixed_result", "endpoint")
    return _form(request, FunctionForm(initial={name: getattr(row, name) for name in names}), row)


@login_required
@require_POST
def delete(request: HttpRequest, function_id: uuid.UUID) -> HttpResponseBase:
    """Take a function away."""
    user = person(request)
    row = access.function(user, function_id)
    functions.remove(user=user, function=row)
    return _changed(request, {"removed": str(function_id)})


@never_cache
@login_required
@require_POST
async def call(request: HttpRequest, function_id: uuid.UUID) -> HttpResponse:
    """Ask the function's endpoint with the posted arguments, because somebody pressed its button."""
    row, allowed = await sync_to_async(_prepared)(request, function_id)
    arguments = _arguments(request.POST.get("arguments", ""))
    if arguments is None:
        return JsonResponse({"message": _("The arguments are no JSON object.")}, status=422)
    found = await endpoints.fetch(row.endpoint, arguments, allowed=allowed)
    if found.code:
        words = _("The endpoint gave no result (%(code)s). %(words)s") % {"code": found.code, "words": found.words}
        return JsonResponse({"message": words.strip()}, status=422)
    return JsonResponse({"result": found.text, "milliseconds": found.milliseconds})


def _prepared(request: HttpRequest, function_id: uuid.UUID) -> tuple[Function, frozenset[str]]:
    row = access.function(person(request), function_id, Act.USE)
    if not row.endpoint:
        raise Http404
    return row, allowed_hosts()


def _arguments(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


@login_required
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What is wrong with a schema, with paths: of a function's `parameters`, or of an answer (`schema`)."""
    of_parameters = "parameters" in request.POST
    text = request.POST.get("parameters" if of_parameters else "schema", "")
    flaws = flaws_of(text, of_parameters=of_parameters) if text.strip() else ()
    name = "parameters" if of_parameters else "schema"
    return render(request, "functions/_flaws.html", {"flaws": flaws, "name": name, "is_empty": not text.strip()})


def _saved(request: HttpRequest, team: Team, row: Function | None) -> HttpResponseBase:
    form = FunctionForm(request.POST)
    if not form.is_valid():
        return _form(request, form, row)
    try:
        saved = functions.save(user=person(request), team=team, function=row, **form.cleaned_data)
    except Refused as error:
        form.refuse(error)
        return _form(request, form, row)
    return _changed(request, {"saved": str(saved.pk), "isNew": row is None})


def _form(request: HttpRequest, form: FunctionForm, row: Function | None) -> HttpResponse:
    text = str(form["parameters"].value() or "")
    context: dict[str, Any] = {
        "form": form,
        "function": row,
        "examples": EXAMPLES if row is None else (),
        "conversation": request.GET.get("conversation", ""),
        "flaws": flaws_of(text, of_parameters=True) if text else (),
    }
    return render(request, FORM, context, status=form.status)


def _changed(request: HttpRequest, detail: dict[str, Any]) -> HttpResponseBase:
    """The chat page draws its run settings anew when it hears of it."""
    if not wants_partial(request):
        return redirect("playground")
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({CHANGED: detail})})


def _team(request: HttpRequest) -> Team:
    """The team of the conversation that is open, else the current one; only who may define functions gets in."""
    user: User = person(request)
    asked = request.GET.get("conversation", "")
    try:
        team = access.conversation(user, uuid.UUID(asked), Act.VIEW).team if asked else current_team(user)
    except ValueError:
        raise Http404 from None
    if not functions.may_edit(user, team):
        raise Http404
    return team
