"""Templates as files: YAML or JSON, written and read with limits. Pure.

    format: trial-center templates
    version: 1
    templates: [...]        each as content.Content.to_json

YAML is read by the safe loader, further narrowed: no references (a few lines of them unfold to gigabytes), no dates,
so that `default: 2026-11-26` is the text that stands there.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from playground.prompts.content import Content, read_content
from playground.prompts.errors import TemplateFileError, Unusable

FORMAT: Final = "trial-center templates"
VERSION: Final = 1
MOST_BYTES: Final = 2_000_000
MOST_TEMPLATES: Final = 200
KINDS: Final = {"yaml": "application/yaml", "json": "application/json"}


class _Loader(yaml.SafeLoader):
    """The safe loader without references and dates."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(_("references (*name) are not taken"))
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """Writes prompts as people read them: several lines as a block."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _block)


def write(contents: Sequence[Content], kind: str) -> str:
    """A file with these templates; `kind` is "yaml" or "json"."""
    whole = {"format": FORMAT, "version": VERSION, "templates": [one.to_json() for one in contents]}
    if kind == "json":
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
    return yaml.dump(whole, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


def read(data: bytes) -> list[Content]:
    """The templates of a file, JSON or YAML. Raises TemplateFileError that says where and why."""
    if len(data) > MOST_BYTES:
        raise TemplateFileError(_("A file may have %(count)s bytes.") % {"count": f"{MOST_BYTES:,}"})
    whole = load_yaml(data)
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise TemplateFileError(
            _("This is no file of templates: it begins with “format: %(format)s”.") % {"format": FORMAT}
        )
    if whole.get("version") != VERSION:
        raise TemplateFileError(
            _("This file is of another version; version %(version)s is read here.") % {"version": VERSION}
        )
    listed = whole.get("templates")
    if not isinstance(listed, list) or not listed:
        raise TemplateFileError(_("There are no templates in this file."))
    if len(listed) > MOST_TEMPLATES:
        raise TemplateFileError(_("A file may have %(count)s templates.") % {"count": MOST_TEMPLATES})
    return [_one(raw, place) for place, raw in enumerate(listed, start=1)]


def load_yaml(data: bytes) -> Any:
    """Plain values from YAML or JSON, which is a part of it. Raises TemplateFileError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TemplateFileError(_("The file is not text in UTF-8.")) from None
    try:
        return json.loads(text)
    except ValueError:
        pass
    except RecursionError:
        raise TemplateFileError(_("The file is nested too deep.")) from None
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, see above
    except RecursionError:
        raise TemplateFileError(_("The file is nested too deep.")) from None
    except (yaml.YAMLError, ValueError) as error:
        raise TemplateFileError(_("This is neither JSON nor YAML: %(why)s") % {"why": _why(error)}) from None


def _one(raw: object, place: int) -> Content:
    if not isinstance(raw, Mapping):
        raise TemplateFileError(_("Template %(place)s is no mapping of fields.") % {"place": place})
    try:
        return read_content(raw)
    except Unusable as error:
        title = raw.get("title") if isinstance(raw.get("title"), str) else ""
        words = {"place": place, "title": str(title)[:60], "field": error.field, "why": error.message}
        raise TemplateFileError(_("Template %(place)s “%(title)s”, %(field)s: %(why)s") % words) from None


def _why(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    if mark is None:
        return problem
    return _("line %(line)s, %(problem)s") % {"line": mark.line + 1, "problem": problem}
