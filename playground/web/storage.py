"""Static files with hashed names and compressed twins, ES modules included. Used by `collectstatic`."""

import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Whitenoise's storage that also rewrites `import` in modules, so that the policy needs no inline import map."""

    support_js_module_import_aggregation = True

    def _save(self, name: str, content: Any) -> str:
        """Our own texts go out without comments and indents, a sixth of their weight; vendored ones as they are."""
        if name.startswith(("css/", "js/")) and name.endswith((".css", ".js")):
            content.seek(0)
            content = ContentFile(lean(name, content.read().decode()).encode())
        saved: str = super()._save(name, content)
        return saved

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """Vendored files name source maps and old font formats that are not shipped and that no browser asks for."""
        try:
            hashed: str = super().hashed_name(name, content, filename)
        except ValueError:
            if name.startswith("vendor/") and name.endswith((".map", ".woff", ".ttf")):
                return name
            raise
        return hashed


def lean(name: str, text: str) -> str:
    """A style sheet without comments, a script without lines of comment; both without indents.

    Line by line, which is right for our own files only: none has a text that runs over several lines
    (tests/house/test_hashed_static.py).
    """
    if name.endswith(".css"):
        text = COMMENT.sub("", text)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not (name.endswith(".js") and line.startswith("//"))) + "\n"
