"""Icons in templates: {% icon "copy" size="sm" %}. A tag of every template (settings.TEMPLATES).

A page has some hundred of them. As an included template each cost what a row of a table does: a sixth of a page.
"""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, *, size: str = "", spin: bool = False, slot: str = "") -> SafeString:
    """One icon of static/img/icons.toml. `size`: "sm" (14 px) or nothing (16 px); `slot`: data-icon, for scripts."""
    return _drawn(name, size, spin, slot)


@cache
def _drawn(name: str, size: str, spin: bool, slot: str) -> SafeString:
    return format_html(
        '<svg class="tc-i{}"{}{} aria-hidden="true"><use href="{}#{}"/></svg>',
        " tc-spin" if spin else "",
        format_html(' data-size="{}"', size) if size else "",
        format_html(' data-icon="{}"', slot) if slot else "",
        static("img/icons.svg"),
        name,
    )
