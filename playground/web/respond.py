"""Answers to a form: a page, or for htmx the partial with the new state. One place."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


def wants_partial(request: HttpRequest) -> bool:
    """Whether htmx asks, and so only a part of the page is wanted."""
    return bool(request.htmx)  # type: ignore[attr-defined]


def partial(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """One partial, and what there is to confirm as toasts beside it."""
    content = render_to_string(template, dict(context), request)
    return HttpResponse(content + _toasts(request), status=status)


def go(request: HttpRequest, name: str, *args: object) -> HttpResponseBase:
    """Lead to another page; htmx does not follow a redirect by itself."""
    if wants_partial(request):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse(name, args=args)})
    return redirect(name, *args)


def _toasts(request: HttpRequest) -> SafeString:
    shown = [
        render_to_string("components/toast.html", {"text": message.message, "tone": message.level_tag}, request)
        for message in messages.get_messages(request)
    ]
    if not shown:
        return SafeString()
    return format_html(
        '<hx-partial hx-target="#toaster" hx-swap="beforeend">{}</hx-partial>', SafeString("".join(shown))
    )
