"""`python manage.py rotate_vault`: put all stored keys under the newest master key. May be broken off and run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.vault import cipher, ring
from playground.vault.errors import KeyUnreadable, RingUnusable
from playground.vault.models import ApiKey


class Command(BaseCommand):
    """Encrypt every stored key anew; the old master keys can be taken off the ring afterwards."""

    help = "Encrypt all stored API keys under the first key of the ring."

    def add_arguments(self, parser: CommandParser) -> None:
        """One choice: whether a new master key is made first."""
        parser.add_argument("--new-key", action="store_true", help="put a new master key in front of the ring's file")

    def handle(self, *args: Any, new_key: bool, **options: Any) -> None:
        """Row by row, so that breaking it off loses nothing; the proof comes last."""
        try:
            cipher.verify_ring()
            if new_key:
                ring.add_key()
        except RingUnusable as error:
            raise CommandError(str(error)) from None
        done = 0
        unreadable: list[str] = []
        for pk in list(ApiKey.objects.exclude(sealed=b"").values_list("pk", flat=True)):
            try:
                done += _rotate(pk)
            except KeyUnreadable:
                unreadable.append(str(pk))
        cipher.renew_proof()
        self.stdout.write(f"{done} keys were put under the newest master key.")
        if unreadable:
            raise CommandError(f"{len(unreadable)} keys cannot be opened and must be entered again: {unreadable}")


def _rotate(pk: Any) -> int:
    """1 when the row was encrypted anew, 0 when it need not be: it is, or somebody replaced or deleted it just now."""
    sealed = ApiKey.objects.filter(pk=pk).values_list("sealed", flat=True).first()
    if not sealed or cipher.is_newest(bytes(sealed)):
        return 0
    return ApiKey.objects.filter(pk=pk, sealed=sealed).update(sealed=cipher.reseal(bytes(sealed)))
