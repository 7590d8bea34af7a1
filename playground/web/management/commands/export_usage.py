"""`python manage.py export_usage`: a file of every month that is over, for every team. To be run every month."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from playground.accounts.models import Team
from playground.web import usage_files


class Command(BaseCommand):
    """Writes what is missing or was corrected since; running it again writes nothing."""

    help = "Write the usage of every month that is over into the data folder, one CSV file for each team and month."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through all teams and say what was written."""
        now, count = timezone.now(), 0
        for team in Team.objects.order_by("pk"):
            for month in usage_files.months_due(team, now):
                entries = usage_files.write(team, month)
                count += 1
                self.stdout.write(f"{usage_files.path_of(team, month)}: {entries:,} entries")
        if not count:
            self.stdout.write("Every month that is over has its file.")
