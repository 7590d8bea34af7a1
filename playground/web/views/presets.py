"""Presets: the list beside the run settings, and the deeds on them. Using one is posted where settings are kept."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from playground.accounts.people import current_team
from playground.accounts.roles import Act
from playground.conversations import run_settings
from playground.conversations.models import Conversation
from playground.errors import Refused
from playground.presets import shelf
from playground.presets.models import Preset
from playground.web import access
from playground.web.access import person
from playground.web.offers import Desk
from playground.web.posted import posted_settings
from playground.web.presets import list_view
from playground.web.respond import wants_partial


@never_cache
@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponseBase:
    """All presets of the person and their team."""
    return _list(request)


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponseBase:
    """Keep the posted run settings under a name, for the person or (`for=team`) for the team."""
    user = person(request)
    found = _conversation(request)
    team = found.team if found else current_team(user)
    try:
        settings = run_settings.parse(posted_settings(request.POST))
        if Desk(user, team).find(settings.offer) is None:
            settings = Desk(user, team).chosen(found)
        shelf.save(
            user=user,
            team=team,
            name=request.POST.get("name", ""),
            settings=settings,
            for_team=request.POST.get("for") == "team",
        )
    except Refused as error:
        return _list(request, refused=error)
    return _list(request)


@login_required
@require_POST
def rename(request: HttpRequest, preset_id: uuid.UUID) -> HttpResponseBase:
    """Another name."""
    try:
        shelf.rename(person(request), _changeable(request, preset_id), request.POST.get("name", ""))
    except Refused as error:
        return _list(request, refused=error, about=preset_id)
    return _list(request)


@login_required
@require_POST
def delete(request: HttpRequest, preset_id: uuid.UUID) -> HttpResponseBase:
    """Delete it."""
    shelf.remove(person(request), _changeable(request, preset_id))
    return _list(request)


@login_required
@require_POST
def begin_with(request: HttpRequest, preset_id: uuid.UUID) -> HttpResponseBase:
    """Let the person's new conversations begin with it (`on=1`), or no longer."""
    user = person(request)
    shelf.begin_with(user, access.preset(user, preset_id, Act.USE), on=request.POST.get("on") == "1")
    return _list(request)


def _changeable(request: HttpRequest, preset_id: uuid.UUID) -> Preset:
    user = person(request)
    found = access.preset(user, preset_id)
    if not shelf.may_change(user, found):
        raise Http404
    return found


def _list(request: HttpRequest, *, refused: Refused | None = None, about: uuid.UUID | None = None) -> HttpResponseBase:
    """The list, in the dialog or as a page; `refused` is said beside the field of the preset `about`."""
    user = person(request)
    if request.method == "POST" and not wants_partial(request) and refused is None:
        return redirect("presets")
    found = _conversation(request)
    desk = Desk(user, found.team if found else current_team(user))
    context = {
        "section": "playground",
        "presets": list_view(desk, found, base=request.build_absolute_uri(f"{reverse('playground')}?preset=")),
        "refused": refused.message if refused else "",
        "about": about,
        "name": request.POST.get("name", "") if refused else "",
        "in_dialog": wants_partial(request),
    }
    template = "presets/_list.html" if wants_partial(request) else "presets/page.html"
    return render(request, template, context, status=422 if refused else 200)


def _conversation(request: HttpRequest) -> Conversation | None:
    """The conversation that the list stands beside."""
    asked = request.GET.get("conversation", "")
    try:
        return access.conversation(person(request), uuid.UUID(asked)) if asked else None
    except ValueError:
        raise Http404 from None
