"""Small things every page needs: health, language and theme."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from playground.accounts.models import User

YEAR = 365 * 24 * 3600  # seconds


@never_cache
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """200 while the server answers and its database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Keep language and theme, for the person who is signed in and in cookies for the pages before that."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    answer = redirect(target)
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    if language and check_for_language(language) and language in dict(settings.LANGUAGES):
        _keep(request, answer, settings.LANGUAGE_COOKIE_NAME, "language", language)
    if theme in User.Theme.values:
        _keep(request, answer, "theme", "theme", theme)
    return answer


def _keep(request: HttpRequest, answer: HttpResponse, cookie: str, field: str, value: str) -> None:
    answer.set_cookie(cookie, value, max_age=YEAR, secure=settings.HTTPS, httponly=False, samesite="Lax")
    if isinstance(request.user, User):
        setattr(request.user, field, value)
        request.user.save(update_fields=[field])
