"""`manage.py serve` with Django's clock held: `python -m tests.screens.serve`, started by servers.py."""

import os

from django.core.management import execute_from_command_line

from tests.screens.frozen_time import TAKING, time_held

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    with time_held(TAKING):
        execute_from_command_line(["manage.py", "serve"])
