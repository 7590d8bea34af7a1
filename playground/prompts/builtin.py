"""The templates that come with the program: the documented uses of the models, in English and Chinese.

Called by `manage.py load_templates`; twice is the same as once. A text that changed becomes the next version, which is
live at once; forks of teams are other templates and stay as they are. What left the files goes into the archive.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from playground.prompts import files, library
from playground.prompts.content import Content, read_content
from playground.prompts.errors import TemplateFileError, Unusable
from playground.prompts.models import PromptTemplate
from playground.prompts.queries import LANGUAGES

DATA: Final = Path(__file__).resolve().parent / "data"
SHARED: Final = ("icon", "model", "settings")  # the same in every language


@dataclass(frozen=True, slots=True)
class Entry:
    """One template of a file in one language; `uses`: see PromptTemplate."""

    key: str
    language: str
    uses: tuple[Mapping[str, str], ...]
    content: Content


@dataclass(slots=True)
class Changes:
    """What a load did."""

    added: int = 0
    changed: int = 0
    archived: int = 0

    def __str__(self) -> str:
        told = ((self.added, "added"), (self.changed, "changed"), (self.archived, "archived"))
        return ", ".join(f"{count} {deed}" for count, deed in told if count) or "nothing changed"


def data_files() -> list[Path]:
    """The files that come with the program."""
    return sorted(DATA.glob("*.yaml"))


def read(paths: Iterable[Path]) -> list[Entry]:
    """Every template of the files in every language. Raises TemplateFileError naming file and template."""
    return [entry for path in paths for raw in _listed(path) for entry in _entries(path, raw)]


@transaction.atomic
def load(paths: Iterable[Path]) -> Changes:
    """Bring the rows in step with the files, all or nothing."""
    changes = Changes()
    entries = read(paths)
    for entry in entries:
        _load(entry, changes)
    named = {(entry.key, entry.language) for entry in entries}
    for row in PromptTemplate.objects.filter(team=None, archived_at=None):
        if (row.builtin_key, row.builtin_language) not in named:
            library.archive(row, archived=True, by=None)
            changes.archived += 1
    return changes


def _load(entry: Entry, changes: Changes) -> None:
    names = {"team": None, "builtin_key": entry.key, "builtin_language": entry.language}
    row = PromptTemplate.objects.select_for_update().filter(**names).first()
    is_new = row is None
    row = row or PromptTemplate(**names)
    uses = [dict(use) for use in entry.uses]
    if is_new or row.uses != uses or row.archived_at is not None:
        row.uses, row.archived_at, row.updated_at = uses, None, timezone.now()
        row.save()
    if row.newest is not None and row.newest.content == entry.content:
        return
    library.add_version(row, entry.content, author=None, live=True)
    changes.added += is_new
    changes.changed += not is_new


def _listed(path: Path) -> list[Any]:
    whole = files.load_yaml(path.read_bytes())
    if not isinstance(whole, list):
        raise TemplateFileError(f"{path.name}: a list of templates is wanted.")
    return whole


def _entries(path: Path, raw: Any) -> Iterable[Entry]:
    shared = {name: raw[name] for name in SHARED if name in raw}
    uses = tuple({"model": str(use["model"]), "title": str(use["title"])} for use in raw["uses"])
    for language in LANGUAGES:
        try:
            content = read_content({**shared, **raw[language], "language": language})
        except Unusable as error:
            where = f"{path.name}, {raw['key']}, {language}, {error.field}"
            raise TemplateFileError(f"{where}: {error.message}") from error
        yield Entry(raw["key"], language, uses, content)
