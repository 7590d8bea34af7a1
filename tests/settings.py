"""Settings of the tests: the real ones, with data in a folder of this run and a file database (threads share it)."""

import os
import tempfile

os.environ.setdefault("PLAYGROUND_DATA", tempfile.mkdtemp(prefix="playground-test-"))

from playground.settings import *  # noqa: F403
from playground.settings import DATA, DATABASES, DB, INSTALLED_APPS  # noqa: F401

if DB == "sqlite":
    DATABASES["default"]["TEST"] = {"NAME": DATA / "test.sqlite3"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SANDBOX_SPEED = 0.0
