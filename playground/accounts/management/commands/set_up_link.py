"""`python manage.py set_up_link`: a new one-time link for making the first account."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from playground.accounts import setup


class Command(BaseCommand):
    """Print the link; an older one stops working."""

    help = "Print a new one-time link for the first account."

    def handle(self, *args: Any, **options: Any) -> None:
        """Only while nobody has an account."""
        if not setup.is_open():
            raise CommandError("There is an owner already; the set-up is done.")
        token = setup.make_token(settings.SETUP_TOKEN_PATH)
        self.stdout.write(f"{settings.PUBLIC_URL}/setup/{token}/")
