"""A team's log of deeds, for owners and admins; nobody else hears that there is one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from playground.accounts.models import Team
from playground.accounts.roles import Act, Thing
from playground.web import access
from playground.web.access import person
from playground.web.audit_page import Wish, csv_file, log_view


@never_cache
@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The lines that fit, a page at a time. htmx gets what changes alone, and the short form of the address."""
    wish = Wish.read(request.GET.dict())
    context = {"section": "team", "log": log_view(_team(request), wish)}
    htmx = request.htmx  # type: ignore[attr-defined]
    if not htmx or htmx.history_restore_request:  # going back asks for the whole page, even through htmx
        return render(request, "teams/log.html", context)
    answer = render(request, "teams/_log.html", context)
    answer.headers["HX-Push-Url"] = wish.address()
    return answer


@never_cache
@login_required
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The lines that fit, as a file."""
    wish = Wish.read(request.GET.dict())
    period = wish.period()
    name = f"log-{period.first:%Y-%m-%d}-{period.last_day:%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        csv_file(_team(request), wish),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Encoding": "identity"},
    )


def _team(request: HttpRequest) -> Team:
    return access.team(person(request), access.team_of(request).pk, Act.VIEW, Thing.AUDIT)
