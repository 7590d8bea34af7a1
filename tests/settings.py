"""Settings of the tests: the real ones, in a data folder of this run.

The test database has the name that a server started with the same environment opens: tests that need real sockets
and a real browser start one (tests/server.py) and share the rows with it.
"""

import os
import tempfile

os.environ.setdefault("PLAYGROUND_DATA", tempfile.mkdtemp(prefix="playground-test-"))

os.environ.setdefault("PLAYGROUND_NIGHTLY_AT", "off")  # what begins at night is begun by its own tests

from playground.settings import *  # noqa: F403
from playground.settings import DATABASES, DB

if DB == "sqlite":
    DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "django.contrib.auth.hashers.Argon2PasswordHasher"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SANDBOX_SPEED = 0.0
