"""The people of the installation, and who of them may sign in: for its owner."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from playground.accounts import deactivation
from playground.accounts.models import User
from playground.errors import Refused
from playground.web.access import owner_of_installation
from playground.web.people_page import parting_view, people_view
from playground.web.respond import go, partial, wants_partial


@never_cache
@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Everybody, or whom `q` names."""
    values = people_view(owner_of_installation(request), request.GET.get("q", ""))
    return render(request, "settings/people.html", values)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def deactivate(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Nobody signs in as this person any more; asked before, with what it means for their teams."""
    owner, user = owner_of_installation(request), _person(user_id)
    if request.method != "POST":
        return _ask(request, user)
    said = _("%(person)s cannot sign in any more.") % {"person": user.display_name}
    return _done(request, lambda: deactivation.deactivate(user_id=user_id, by=owner), said)


@login_required
@require_POST
def let_in(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """They may sign in again."""
    owner, user = owner_of_installation(request), _person(user_id)
    said = _("%(person)s may sign in again.") % {"person": user.display_name}
    return _done(request, lambda: deactivation.let_in_again(user_id=user_id, by=owner), said)


def _ask(request: HttpRequest, user: User) -> HttpResponse:
    values = parting_view(user)
    if wants_partial(request):
        return partial(request, "settings/_deactivate_form.html", values | {"in_dialog": True})
    return render(request, "settings/deactivate.html", values | {"section": "settings"})


def _done(request: HttpRequest, deed: Callable[[], object], said: str) -> HttpResponseBase:
    try:
        deed()
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return go(request, "people")


def _person(user_id: int) -> User:
    found = User.objects.filter(pk=user_id).first()
    if found is None:
        raise Http404
    return found
