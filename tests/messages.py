"""Translations: collects the texts of the house, says what is missing, compiles (`make messages`).

The compiled files are committed, so that neither `make run` nor a server needs GNU gettext; tests/house proves that all
(texts in the code, .po, .mo, the scripts' words in static/words) are in step.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh_Hans",)
LOCALE = Path("playground/locale")
IGNORED = ("static/vendor/*", "static/words/*", "tests/*", "bench/*", "var/*")


def main() -> int:
    """Collect, report, compile; fails while a text has no translation."""
    collect(ROOT)
    catalogs = [ROOT / path for path in po_files(ROOT)]
    missing = [
        f"{path.relative_to(ROOT)}: {text}" for path in catalogs for text in untranslated(polib.pofile(str(path)))
    ]
    for path in catalogs:
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    manage(ROOT, "write_words", "--verbosity=0")
    sys.stdout.write("".join(f"{line}\n" for line in missing))
    sys.stdout.write(f"{len(catalogs)} compiled, {len(missing)} texts without a translation.\n")
    return 1 if missing else 0


def collect(root: Path) -> None:
    """Bring the .po files below `root` in step with the texts in its code; needs GNU gettext."""
    flags = ["--no-obsolete", "--add-location=file", "--verbosity=0"]
    flags += [f"--locale={language}" for language in LANGUAGES] + [f"--ignore={pattern}" for pattern in IGNORED]
    for domain, extensions in (("django", "py,html,txt"), ("djangojs", "js")):
        manage(root, "makemessages", f"--domain={domain}", f"--extension={extensions}", *flags)


def manage(root: Path, *command: str) -> None:
    """Run a command of the project below `root` on a data folder of its own."""
    with tempfile.TemporaryDirectory(prefix="playground-messages-") as data:
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "playground.settings", "PLAYGROUND_DATA": data}
        line = [sys.executable, "manage.py", *command]
        subprocess.run(line, cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)


def po_files(root: Path) -> list[Path]:
    """The catalogs below `root`, relative to it."""
    return sorted(path.relative_to(root) for path in (root / LOCALE).glob("*/LC_MESSAGES/*.po"))


def untranslated(catalog: polib.POFile) -> list[str]:
    """The texts of `catalog` that readers of its language would see in English, or in a guess."""
    return [entry.msgid for entry in catalog if not entry.obsolete and (not entry.translated() or entry.fuzzy)]


if __name__ == "__main__":
    sys.exit(main())
