"""manage.py load_catalog: providers, models and prices from the catalog files into the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.catalog.errors import CatalogError
from playground.catalog.load import data_files, load


class Command(BaseCommand):
    """Loads the files that come with the program and an owner's own, and prints one line."""

    help = "Load providers, language models and prices from the catalog files. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changes = load(data_files())
        except CatalogError as error:
            raise CommandError(error.message) from error
        if options["verbosity"]:
            self.stdout.write(f"Catalog: {changes}.")
