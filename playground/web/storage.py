"""Static files with hashed names and compressed twins, ES modules included. Used by `collectstatic`."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Whitenoise's storage that also rewrites `import` in modules, so that the policy needs no inline import map."""

    support_js_module_import_aggregation = True

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """Vendored files name source maps and old font formats that are not shipped and that no browser asks for."""
        try:
            hashed: str = super().hashed_name(name, content, filename)
        except ValueError:
            if name.startswith("vendor/") and name.endswith((".map", ".woff", ".ttf")):
                return name
            raise
        return hashed
