"""Texts and formats of the scripts: one static file a language, cached for good, where each page would ask a view."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.views.i18n import JavaScriptCatalog


def write() -> list[Path]:
    """Write `static/words/<language>.js` for every language of the house; returns the files."""
    written = []
    for language, _name in settings.LANGUAGES:
        path = Path(settings.BASE_DIR) / "static" / "words" / f"{language}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(script(language), encoding="utf-8")
        written.append(path)
    return written


def script(language: str) -> str:
    """What Django's catalog for scripts says in a language (gettext, ngettext, get_format)."""
    with translation.override(language):
        text = JavaScriptCatalog(packages=["playground.web"]).get(HttpRequest()).content.decode()
    return "".join(f"{line.rstrip()}\n" for line in text.strip().splitlines())
