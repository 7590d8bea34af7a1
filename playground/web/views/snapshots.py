"""Links that show a copy of a conversation to whoever has them: making one, one's list, and what one shows."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from playground.accounts.models import User
from playground.errors import Refused
from playground.snapshots import sharing
from playground.snapshots.freezing import Shows
from playground.snapshots.models import Snapshot
from playground.web import access
from playground.web.access import person
from playground.web.respond import wants_partial
from playground.web.snapshots import day_choices, link_rows, page_view

TICKS = ("names", "costs", "system_prompt", "reasoning")

View = Callable[..., HttpResponseBase]


def for_nobody_else(view: View) -> View:
    """The answer is found by no search engine, and tells no other site where a reader came from."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return answer


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """What a link to a copy is to show; posted, the link itself, which is told this once."""
    user = person(request)
    found = access.conversation(user, conversation_id)
    context: dict[str, Any] = {"section": "playground", "conversation": found, "days": day_choices()}
    status = 200
    if request.method == "POST":
        days = request.POST.get("days", "")
        shows = Shows(**{name: request.POST.get(name) == "on" for name in TICKS})
        try:
            _made, secret = sharing.share(
                user=user,
                conversation=found,
                shows=shows,
                days=int(days) if days.isdecimal() and int(days) in sharing.DAYS else None,
            )
            context["link"] = request.build_absolute_uri(reverse("snapshot", args=[secret]))
        except Refused as error:
            context["refused"], status = error.message, 422
    template = "snapshots/_share.html" if wants_partial(request) else "snapshots/share.html"
    return render(request, template, context | {"in_dialog": wants_partial(request)}, status=status)


@never_cache
@login_required
@require_GET
def links(request: HttpRequest) -> HttpResponse:
    """All links of the person."""
    return render(request, "snapshots/links.html", {"section": "settings", "links": link_rows(person(request))})


@login_required
@require_POST
def take_back(request: HttpRequest, snapshot_id: uuid.UUID) -> HttpResponseBase:
    """Close a link for good."""
    sharing.take_back(access.snapshot(person(request), snapshot_id))
    messages.success(request, _("The link shows nothing any more."))
    return redirect("snapshots")


@for_nobody_else
@never_cache
@require_GET
def page(request: HttpRequest, secret: str) -> HttpResponse:
    """What a link shows, signed in or not."""
    shown = _behind(secret)
    reader = request.user if isinstance(request.user, User) else None
    return render(request, "snapshots/page.html", {"shown": page_view(shown, reader), "secret": secret})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def continue_copy(request: HttpRequest, secret: str) -> HttpResponseBase:
    """A conversation of one's own that begins with a copy: for members of the team it comes from.

    It is asked on a page of its own: from one without a referrer browsers send forms without an origin, which the
    check against forged requests refuses.
    """
    shown, user = _behind(secret), person(request)
    if not sharing.may_continue(user, shown):
        raise Http404
    if request.method == "POST":
        return redirect("conversation", sharing.continue_copy(shown, user).pk)
    context = {"section": "playground", "shown": shown, "secret": secret}
    return render(request, "snapshots/continue.html", context)


def _behind(secret: str) -> Snapshot:
    found = sharing.behind(secret)
    if found is None:
        raise Http404
    return found
