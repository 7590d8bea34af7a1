"""Static files with hashed names and compressed twins, ES modules included. Used by `collectstatic`."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from playground.web.basecoat import only_used

IMPORT = re.compile(r"""^@import "([^"]+)";$""", re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Whitenoise's storage that also rewrites `import` in modules, so that the policy needs no inline import map."""

    support_js_module_import_aggregation = True

    def _save(self, name: str, content: Any) -> str:
        """Our own texts go out in one piece and without comments, Basecoat's styles without what no page has."""
        if is_own(name):
            content = _changed(content, lambda text: lean(name, whole(name, text)))
        elif name.endswith("/basecoat-mira.cdn.min.css"):
            content = _changed(content, only_used)
        saved: str = super()._save(name, content)
        return saved

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Hashes what goes out, the files as they were saved, and not those that they were made of."""
        yield from super().post_process({name: (self, name) for name in paths}, dry_run, **options)

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """Vendored files name source maps and old font formats that are not shipped and that no browser asks for."""
        try:
            hashed: str = super().hashed_name(name, content, filename)
        except ValueError:
            if name.startswith("vendor/") and name.endswith((".map", ".woff", ".ttf")):
                return name
            raise
        return hashed


def is_own(name: str) -> bool:
    """Whether a file is one of our scripts and style sheets."""
    return name.startswith(("css/", "js/")) and name.endswith((".css", ".js"))


def whole(name: str, text: str) -> str:
    """A style sheet with those that it imports in place of the lines that say so."""
    folder = PurePosixPath(name).parent
    return IMPORT.sub(lambda line: Path(str(finders.find(str(folder / line[1])))).read_text(encoding="utf-8"), text)


def lean(name: str, text: str) -> str:
    """A style sheet without comments, a script without lines of comment; both without indents.

    Line by line, which is right for our own files only: none has a text that runs over several lines
    (tests/house/test_hashed_static.py).
    """
    if name.endswith(".css"):
        text = COMMENT.sub("", text)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not (name.endswith(".js") and line.startswith("//"))) + "\n"


def _changed(content: Any, change: Callable[[str], str]) -> Any:
    content.seek(0)
    return ContentFile(change(content.read().decode()).encode())
