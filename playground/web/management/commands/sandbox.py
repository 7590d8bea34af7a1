"""`python manage.py sandbox`: the imitation provider on a port, for curl and the official packages."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.sandbox.models import TIERS
from playground.sandbox.provider import SandboxProvider
from playground.sandbox.server import SERVED_HOST, SERVED_PORT, SandboxApp
from playground.sandbox.serving import PortError, serve


class Command(BaseCommand):
    """Print the two addresses, serve until Ctrl-C. Needs neither the database nor a real key."""

    help = "Serve the sandbox, an imitation provider, over HTTP until Ctrl-C (docs/sandbox.md)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen, and how fast to answer."""
        parser.add_argument("--host", default=SERVED_HOST, help="the address to listen on (default: %(default)s)")
        port_help = "the port; 0 takes a free one (default: %(default)s)"
        parser.add_argument("--port", type=int, default=SERVED_PORT, help=port_help)
        parser.add_argument("--speed", type=float, default=1.0, help="2 answers twice as fast, 0 without waiting")
        parser.add_argument(
            "--tier",
            choices=(*TIERS, "none"),
            default="V0",
            help="requests in flight for keys that name no tier (default: V0)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve; a taken port is one sentence."""
        tier = None if options["tier"] == "none" else options["tier"]
        app = SandboxApp(SandboxProvider(tier=tier), speed=max(0.0, options["speed"]))
        try:
            serve(app, host=options["host"], port=options["port"], on_listening=self._greet)
        except PortError as error:
            raise CommandError(f"Cannot listen on {options['host']}:{options['port']}: {error}") from error
        self.stdout.write("The sandbox has stopped.")

    def _greet(self, host: str, port: int) -> None:
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.stdout.write(f"The sandbox listens. Any key will do; Ctrl-C stops it.\n  http://{place}/api/paas/v4   GLM")
        self.stdout.write(f"  http://{place}/v1            OpenAI dialect")
        self.stdout.flush()
