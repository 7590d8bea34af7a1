"""The palette's rows."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from playground.web import palette
from playground.web.access import person


@never_cache
@login_required
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """With `q` the templates and conversations it finds; without, the newest ones, the models and the presets."""
    user, query = person(request), request.GET.get("q", "")[:200].strip()
    context = {
        "models": [] if query else palette.models(user),
        "presets": [] if query else palette.presets(user),
        "templates": palette.templates(user, query),
        "conversations": palette.conversations(user, query),
    }
    return render(request, "palette/_rows.html", context)
