"""`python manage.py check_totals`: every entry added up again and compared with the totals. To be run every night."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.ledger import check, standing

log = logging.getLogger(__name__)

SHOWN = 20


class Command(BaseCommand):
    """Silent success, or an error in the log and a failed command that names what differs."""

    help = "Add all entries of the ledger up again and compare them with the totals; fails on any difference."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fold what is new, then compare."""
        standing.advance()
        found = check.differences()
        if not found:
            self.stdout.write("The totals say what the entries say.")
            return
        log.error("%s totals of the usage history differ from the ledger: %s", len(found), "; ".join(found[:SHOWN]))
        lines = "\n".join(found[:SHOWN])
        raise CommandError(f"{len(found)} totals differ; `manage.py rebuild_totals` makes them again:\n{lines}")
