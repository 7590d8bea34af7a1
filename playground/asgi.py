"""The roof: HTTP to Django, websockets to the one consumer behind host and origin checks. Wiring, no logic."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
_django = get_asgi_application()

from playground.web.gate import Gate  # noqa: E402 - models can only be imported once Django is set up

application = Gate(_django)
