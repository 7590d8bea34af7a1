"""A thumb on an answer."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from playground.conversations import thumbs
from playground.web import access
from playground.web.access import person
from playground.web.thread import view_of
from playground.web.thumbs import on_messages


@login_required
@require_POST
def give(request: HttpRequest, message_id: uuid.UUID) -> HttpResponseBase:
    """Up, down, or taken back; answers with both buttons as they stand now."""
    user = person(request)
    found = access.answer(user, message_id)
    thumbs.give(user, found, request.POST.get("thumb", ""))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('conversation', args=[found.conversation_id])}?at={found.pk}#message-{found.pk}")
    (view,) = on_messages([view_of(found, currency=user.currency)], user)
    return render(request, "conversations/_thumbs.html", {"message": view})
