"""`python manage.py rebuild_totals`: the usage history's totals, made again from the ledger's entries."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.ledger import standing


class Command(BaseCommand):
    """Throw the totals away and add all entries up again. The pages stay right meanwhile, only slower."""

    help = "Make the totals of the usage history again from the ledger's entries."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say how many entries there were."""
        self.stdout.write(f"The totals are made from {standing.rebuild():,} entries.")
