"""The documents say what is so: every setting is described, every link leads somewhere."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"""env\.\w+\(\s*"([A-Z][A-Z0-9_]+)"|(?:environ\.get\(|environ\[|getenv\()\s*"([A-Z][A-Z0-9_]+)\"""")
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \|", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"`((?:[\w.-]+/)+(?:[\w.-]+\.[a-z]+)?)`")
TARGET = re.compile(r"(?:`|^)(?:\w+=\S+ )*make ([a-z]+)(?:`|$| +#)", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")])


def settings_read() -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "playground").rglob("*.py"))
    names = {name for text in texts for pair in READ.findall(text) for name in pair if name}
    return names - {"DJANGO_SETTINGS_MODULE", "API_KEY"}  # the latter stands in code that we write for others


def anchor(heading: str) -> str:
    """The fragment that readers of Markdown make of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def test_every_setting_has_its_row_and_every_row_its_setting() -> None:
    described = ROW.findall((ROOT / "docs/operations.md").read_text(encoding="utf-8"))
    assert len(set(described)) == len(described)
    assert set(described) == settings_read()


def leads_somewhere(path: Path, link: str) -> bool:
    name, _, fragment = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    if not target.exists():
        return False
    return not fragment or fragment in {anchor(h) for h in HEADING.findall(target.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    links = LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8")))
    local = [link for link in links if not link.startswith(("http://", "https://", "mailto:"))]
    assert [link for link in local if not leads_somewhere(path, link)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_exist(path: Path) -> None:
    """Paths are given from the root, or from playground/, templates/ or the document's own folder."""
    places = (ROOT, ROOT / "playground", ROOT / "templates", path.parent)
    named = {name for name in PATH.findall(path.read_text(encoding="utf-8")) if not name.startswith("/")}
    assert sorted(name for name in named if not any((place / name).exists() for place in places)) == []


def test_make_describes_every_target_that_the_documents_name() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = {line.split()[1] for line in listed.splitlines() if line.startswith("make ")}
    named = {name for path in DOCUMENTS for name in TARGET.findall(path.read_text(encoding="utf-8"))}
    assert named - targets == set()
