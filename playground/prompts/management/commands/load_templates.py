"""manage.py load_templates: the templates that come with the program, from their files into the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.prompts.builtin import data_files, load
from playground.prompts.errors import PromptRefused


class Command(BaseCommand):
    """Loads the files and prints one line."""

    help = "Load the built-in prompt templates. Running it again changes nothing; forks of teams are never touched."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changes = load(data_files())
        except PromptRefused as error:
            raise CommandError(error.message) from error
        if options["verbosity"]:
            self.stdout.write(f"Templates: {changes}.")
