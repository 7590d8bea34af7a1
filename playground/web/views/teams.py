"""The team at work: its members and their roles, its name; making, switching and leaving teams."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from playground.accounts import teams
from playground.accounts.models import Member, Team
from playground.accounts.roles import Act, Role
from playground.errors import Refused
from playground.streaming import parting
from playground.web import access
from playground.web.access import person
from playground.web.forms.teams import DeleteTeamForm, TeamForm
from playground.web.respond import go, partial, wants_partial
from playground.web.team_page import team_view
from playground.web.team_words import role_words

LINK = "invitation_link"  # of a session: one that was just made, to be shown once
# Pages that every team has. All others are about one thing of a team, and lead to the playground.
LISTS = frozenset({"playground", "comparisons", "templates", "usage", "usage-entries", "models", "keys", "team"})


@never_cache
@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The team at work."""
    return team_page(request, access.team_of(request), link=request.session.pop(LINK, None))


@login_required
@require_POST
def make(request: HttpRequest) -> HttpResponseBase:
    """A new team, and to work in it."""
    form = TeamForm(request.POST, auto_id="make-%s")
    if not accepted(form, lambda: teams.make(user=person(request), name=form.cleaned_data["name"])):
        return _again(request, access.team_of(request), "teams/_make_form.html", make_form=form)
    messages.success(request, _("The team is made. Invite somebody."))
    return go(request, "team")


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponseBase:
    """Work in another team, and stay on the page where it is not about one thing of the former."""
    user, number = person(request), request.POST.get("team", "")[:18]
    team = access.team(user, int(number) if number.isdecimal() else 0)
    teams.switch(user=user, team=team)
    return redirect(_place_of(request.POST.get("next", "")))


@login_required
@require_POST
def rename(request: HttpRequest, team_id: int) -> HttpResponseBase:
    """Another name."""
    user = person(request)
    team = access.team(user, team_id, Act.EDIT)
    form = TeamForm(request.POST, auto_id="team-%s")
    if not accepted(form, lambda: teams.rename(team, by=user, name=form.cleaned_data["name"])):
        return _again(request, team, "teams/_rename_form.html", rename_form=form)
    messages.success(request, _("Saved."))
    return go(request, "team")


@login_required
@require_POST
def role(request: HttpRequest, team_id: int, user_id: int) -> HttpResponseBase:
    """Another role for a member."""
    user = person(request)
    team, member = _member(request, team_id, user_id)
    wanted = request.POST.get("role", "")
    if wanted not in [one.value for one in Role]:
        raise Http404
    said = _("%(person)s is %(role)s now.") % {"person": member.user.display_name, "role": role_words(wanted)}
    return _done(request, lambda: teams.change_role(team, by=user, user_id=user_id, role=wanted), said)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, team_id: int, user_id: int) -> HttpResponseBase:
    """Take a member out, after saying what that means: their sockets close, what they run with it stops."""
    user = person(request)
    team, member = _member(request, team_id, user_id)
    if request.method != "POST":
        return _ask(request, "teams/_remove_form.html", {"team": team, "member": member.user})
    said = _("%(person)s is out of the team.") % {"person": member.user.display_name}
    return _done(request, lambda: parting.remove(team, by=user, user_id=user_id), said)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, team_id: int, user_id: int) -> HttpResponseBase:
    """Make a member the owner in one's own place."""
    user = person(request)
    team, member = _member(request, team_id, user_id, Act.MANAGE)
    if request.method != "POST":
        return _ask(request, "teams/_hand_over_form.html", {"team": team, "member": member.user})
    said = _("%(person)s owns the team now. You are an admin.") % {"person": member.user.display_name}
    return _done(request, lambda: teams.hand_over(team, by=user, user_id=user_id), said)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, team_id: int) -> HttpResponseBase:
    """Go out of a team."""
    user = person(request)
    team = access.team(user, team_id)
    if request.method != "POST":
        return _ask(request, "teams/_leave_form.html", {"team": team})
    said = _("You have left %(team)s.") % {"team": team.name}
    return _done(request, lambda: parting.leave(team, user=user), said)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, team_id: int) -> HttpResponseBase:
    """End a team with all it has, once its name is typed."""
    user = person(request)
    team = access.team(user, team_id, Act.MANAGE)
    form = DeleteTeamForm(request.POST or None, auto_id="delete-%s")
    if request.method == "POST" and accepted(
        form, lambda: parting.delete(team, by=user, name=form.cleaned_data["name"])
    ):
        messages.success(request, _("%(team)s is deleted.") % {"team": team.name})
        return go(request, "team")
    return _ask(request, "teams/_delete_form.html", {"team": team, "delete_form": form}, status=form.status)


def accepted(form: TeamForm | Any, act: Callable[[], object]) -> bool:
    """Do what a form asks for; a refusal is shown in the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as error:
        form.refuse(error)
        return False
    return True


def team_page(request: HttpRequest, team: Team, status: int = 200, **more: Any) -> HttpResponse:
    """The page, possibly with a form that came back."""
    values = team_view(person(request), team, access.places_of(request), **more)
    return render(request, "teams/page.html", values, status=status)


def _again(request: HttpRequest, team: Team, template: str, **form: Any) -> HttpResponse:
    """A form with its errors; the whole page for who has no script."""
    if not wants_partial(request):
        return team_page(request, team, status=422, **form)
    about = {"team": {"id": team.pk, "name": team.name}}
    return partial(request, template, about | form, status=422)


def _ask(request: HttpRequest, template: str, about: dict[str, Any], status: int = 200) -> HttpResponse:
    """The question before a deed: in the dialog, and as a page for who has no script."""
    if wants_partial(request):
        return partial(request, template, about | {"in_dialog": True}, status=status)
    return render(request, "teams/ask.html", about | {"section": "team", "question": template}, status=status)


def _done(request: HttpRequest, deed: Callable[[], object], said: str) -> HttpResponseBase:
    """Carry it out; a refusal is told where a confirmation would stand."""
    try:
        deed()
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return go(request, "team")


def _member(request: HttpRequest, team_id: int, user_id: int, act: Act = Act.EDIT) -> tuple[Team, Member]:
    """A member of a team whose members the person may change, or 404."""
    team = access.team(person(request), team_id, act)
    found = Member.objects.filter(team=team, user_id=user_id).select_related("user").first()
    if found is None:
        raise Http404
    return team, found


def _place_of(address: str) -> str:
    """The same page, if it is about no single thing: one of the former team is not there in another."""
    try:
        found = resolve(address.partition("?")[0])
    except Resolver404:
        return reverse("playground")
    return reverse(found.url_name) if found.url_name in LISTS else reverse("playground")
