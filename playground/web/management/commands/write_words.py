"""Writes what the scripts say in each language. Needed only when a translation changes: `make messages` calls it."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.web import words


class Command(BaseCommand):
    """`manage.py write_words`."""

    help = "Writes static/words/<language>.js from the compiled translations."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{len(words.write())} files of words written.")
