"""`python manage.py rotate_vault`: put all stored keys under the newest master key. May be broken off and run again."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.vault import cipher
from playground.vault.errors import KeyUnreadable
from playground.vault.models import ApiKey


class Command(BaseCommand):
    """Encrypt every stored key anew; the old master key can be taken off the ring afterwards."""

    help = "Encrypt all stored API keys under the first key of the ring."

    def handle(self, *args: Any, **options: Any) -> None:
        """Row by row, so that breaking it off loses nothing."""
        done = unreadable = 0
        for pk, sealed in ApiKey.objects.exclude(sealed=b"").values_list("pk", "sealed").iterator():
            try:
                # Only if nobody replaced the key meanwhile.
                done += ApiKey.objects.filter(pk=pk, sealed=sealed).update(sealed=cipher.reseal(bytes(sealed)))
            except KeyUnreadable:
                unreadable += 1
        self.stdout.write(f"{done} keys are under the newest master key, {unreadable} cannot be opened.")
