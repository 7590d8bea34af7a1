"""`python manage.py export_usage`: a file of every month that is over, for every team. A server runs it every night."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from playground.accounts.models import Team
from playground.ledger import nightly
from playground.web import usage_files


class Command(BaseCommand):
    """Writes what is missing or was corrected since; running it again writes nothing."""

    help = "Write the usage of every month that is over into the data folder, one CSV file for each team and month."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through all teams and say what was written."""
        now, written = timezone.now(), list[str]()
        with nightly.reporting(nightly.EXPORT) as report:
            for team in Team.objects.order_by("pk"):
                for month in usage_files.months_due(team, now):
                    entries = usage_files.write(team, month)
                    written.append(f"{usage_files.path_of(team, month)}: {entries:,} entries")
                    self.stdout.write(written[-1])
            report.said = "\n".join(written)
        if not written:
            self.stdout.write("Every month that is over has its file.")
