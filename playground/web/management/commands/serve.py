"""`python manage.py serve`: the server that `make run` starts."""

from typing import Any

from channels.routing import get_default_application
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from playground.accounts import setup
from playground.vault.cipher import verify_ring
from playground.vault.errors import RingUnusable
from playground.web.server import CannotServe, check_port, lock_data_folder, serve


class Command(BaseCommand):
    """Check the ground, print the address, serve until Ctrl-C."""

    help = "Serve the trial center on PLAYGROUND_HOST and PLAYGROUND_PORT until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        """Start; whatever stands in the way is one sentence."""
        try:
            check_port(settings.HOST, settings.PORT)
            lock = None if settings.REDIS_URL else lock_data_folder(settings.DATA)
            verify_ring()
            greeting = self._greeting()  # asked now: the database cannot be asked from the event loop
            serve(
                get_default_application(),
                host=settings.HOST,
                port=settings.PORT,
                ready=lambda: self.stdout.write(greeting),
            )
        except (CannotServe, RingUnusable) as error:
            raise CommandError(str(error)) from None
        if lock is not None:
            lock.close()
        self.stdout.write("Stopped. Answers that were being written are marked as interrupted.")

    def _greeting(self) -> str:
        lines = [
            f"\n  Trial center {settings.VERSION} is at {settings.PUBLIC_URL}/",
            f"  Data: {settings.DATA}    Stop: Ctrl-C\n",
        ]
        if setup.is_open():
            token = setup.make_token(settings.SETUP_TOKEN_PATH)
            lines += ["  First visit: make the owner's account at", f"  {settings.PUBLIC_URL}/setup/{token}/\n"]
        return "\n".join(lines)
