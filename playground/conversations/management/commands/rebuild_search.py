"""`python manage.py rebuild_search`: makes the index of the conversation search anew."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.conversations import search_index


class Command(BaseCommand):
    """Needed only when the index is damaged, or after a database was brought back without it."""

    help = "Make the index of the conversation search anew. The server may go on meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild, and say how much there is."""
        self.stdout.write(f"{search_index.rebuild()} texts can be searched.")
