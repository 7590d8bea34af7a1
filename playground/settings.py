"""Settings of the trial center: read from the environment, with defaults that run on a bare machine.

Every variable is described in docs/operations.md. A value that makes no sense stops the start with one sentence.
"""

import contextlib
import os
import secrets
import socket
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import django
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from playground.environment import Environment

VERSION = "0.1.0"
BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()


def secret_file(path: Path, make: str) -> str:
    """Return the secret kept in `path`, putting `make` there (mode 600) on first use; of two starts the first wins."""
    if not path.exists():
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(descriptor, "w") as file:
            file.write(make + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(name, path)  # whole or not at all: a start that is broken off leaves no empty secret
        Path(name).unlink()
    return path.read_text().strip()


def data_folder(path: Path) -> Path:
    """Make the data folder (mode 700) or say in one sentence why that fails."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"PLAYGROUND_DATA: cannot make {path}: {error.strerror}.") from error
    try:
        tempfile.TemporaryFile(dir=path).close()  # asking for rights is no proof: a disk may be full or read-only
    except OSError as error:
        raise ImproperlyConfigured(f"PLAYGROUND_DATA: nothing can be written into {path}: {error.strerror}.") from error
    return path


def origin(url: str, variable: str) -> str:
    """Scheme, host and port as browsers write them: in lower case, without the port that goes without saying.

    What is compared with it (the Origin of a websocket, the Host of a request) comes in that spelling.
    """
    try:
        parts = urlsplit(url.strip().rstrip("/"))
        port, host = parts.port, (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:  # a port or a name that is none
        parts, port, host = urlsplit(""), None, ""
    plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not host or not plain:
        raise ImproperlyConfigured(f"{variable}: give scheme, host and port only, like https://trial.example.org.")
    default = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{bracketed(host)}" + ("" if default else f":{port}")


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def database_file(path: Path) -> Path:
    """Make an empty database that only this user can read (mode 600); what SQLite puts beside it has the same mode."""
    path.touch(mode=0o600, exist_ok=True)
    return path


DATA = data_folder(Path(env.str("PLAYGROUND_DATA", str(BASE_DIR / "var"))).resolve())
HOST = env.str("PLAYGROUND_HOST", "127.0.0.1")
PORT = env.int("PLAYGROUND_PORT", 8000)
if not 0 < PORT < 65_536:
    raise ImproperlyConfigured("PLAYGROUND_PORT: give a number from 1 to 65535.")
# The address people type. Origin checks, absolute links and cookies follow it and nothing that a client sends.
_HOST_TO_TYPE = "localhost" if HOST in ("0.0.0.0", "::") else bracketed(HOST)  # noqa: S104 - compared, not bound
PUBLIC_URL = origin(env.str("PLAYGROUND_URL", f"http://{_HOST_TO_TYPE}:{PORT}"), "PLAYGROUND_URL")
_public = urlsplit(PUBLIC_URL)
HTTPS = _public.scheme == "https"
EXTRA_URLS = [origin(url, "PLAYGROUND_EXTRA_URLS") for url in env.list("PLAYGROUND_EXTRA_URLS", default=[]) if url]
_LOCAL = (
    [origin(f"http://{name}:{PORT}", "PLAYGROUND_PORT") for name in ("127.0.0.1", "localhost")]
    if _public.hostname in ("127.0.0.1", "localhost")
    else []
)
# Exact scheme, host and port of every address this server answers to.
ORIGINS = list(dict.fromkeys([PUBLIC_URL, *EXTRA_URLS, *_LOCAL]))

DEBUG = env.bool("PLAYGROUND_DEBUG", False)
SECRET_KEY = env.str("PLAYGROUND_SECRET_KEY", "") or secret_file(DATA / "secret.key", secrets.token_urlsafe(64))
VAULT_KEYS = env.str("PLAYGROUND_VAULT_KEYS", "")  # comma separated Fernet keys, newest first; empty: the file below
VAULT_KEYS_PATH = DATA / "vault.keys"
SETUP_TOKEN_PATH = DATA / "setup.token"
ALLOWED_HOSTS = list({bracketed(urlsplit(url).hostname or "") for url in ORIGINS})
CSRF_TRUSTED_ORIGINS = ORIGINS
SIGN_UP_OPEN = env.bool("PLAYGROUND_SIGN_UP_OPEN", False)

INSTALLED_APPS = [
    "playground.web",
    "playground.batches",
    "playground.comparisons",
    "playground.presets",
    "playground.snapshots",
    "playground.conversations",
    "playground.budgets",
    "playground.prompts",
    "playground.tools",
    "playground.ledger",
    "playground.vault",
    "playground.catalog",
    "playground.accounts",
    "allauth",
    "allauth.account",
    "channels",
    "csp",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Below WhiteNoise, whose files are compressed already. Tokens against forged requests are masked anew in every
    # answer and the length varies by up to 100 bytes, so that compression tells nobody what an answer holds.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "playground.web.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "playground.urls"
ASGI_APPLICATION = "playground.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ours, and Django's own widgets for FORM_RENDERER: what packages bring along (allauth's pages) is never found.
        "DIRS": [BASE_DIR / "templates", Path(django.__file__).parent / "forms" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "playground.web.context.house",
            ],
            "builtins": ["playground.web.icons"],
        },
    },
]

DB = env.choice("DB", "sqlite", among=("sqlite", "postgres"))
if DB == "sqlite":
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": database_file(DATA / "trial-center.sqlite3"),
            "CONN_MAX_AGE": None,
            # IMMEDIATE: a transaction that reads and then writes never meets "database is locked" half way.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                "PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;",
            },
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": env.str("DB_NAME", "playground"),
            "USER": env.str("DB_USER", "playground"),
            "PASSWORD": env.str("DB_PASSWORD", ""),
            "HOST": env.str("DB_HOST", "127.0.0.1"),
            "PORT": env.int("DB_PORT", 5432),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            # PostgreSQL would compile what it thinks dear, which here takes longer than running it.
            "OPTIONS": {"options": "-c jit=off"},
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
# Without Redis there is one process, which tells its sockets itself (streaming/notices.py).
CHANNEL_LAYERS = (
    {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            # A socket waits for notices in reads of 5 s, which is also how long the client waits if not told otherwise:
            # the one that loses closes the socket.
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 30}]},
        }
    }
    if REDIS_URL
    else {}
)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "playground"
ACCOUNT_ADAPTER = "playground.web.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    action: f"playground.web.forms.accounts.{form}"
    for action, form in (
        ("login", "SignInForm"),
        ("signup", "SignUpForm"),
        ("reset_password", "ForgottenForm"),
        ("reset_password_from_key", "NewPasswordForm"),
        ("change_password", "ChangePasswordForm"),
        ("set_password", "SetPasswordForm"),
        ("add_email", "NewEmailForm"),
        ("reauthenticate", "AgainForm"),
    )
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_CHANGE_EMAIL = True  # one address; a new one takes its place when it is confirmed
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before the address changes, the password is asked again
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed password or address
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
globals().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", f"Trial center <noreply@{_public.hostname}>")

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "playground" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files: hashed names, compressed at collection, served by the same process.
STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Ours only: what packages bring along is not used, and some of it cannot be hashed.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {"staticfiles": {"BACKEND": "playground.web.storage.StaticStorage"}}

# Security (docs/operations.md says what a proxy in front must do)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SECURE_SSL_REDIRECT = False  # the proxy that ends TLS redirects; this process never sees plain requests behind it
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # wants the redirect here
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("PLAYGROUND_BEHIND_PROXY", HTTPS) else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF, *(url.replace("http", "ws", 1) for url in ORIGINS)],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# Upstream
UPSTREAM_TRANSPORT = env.choice("PLAYGROUND_UPSTREAM_TRANSPORT", "aiohttp", among=("aiohttp", "httpx"))
UPSTREAM_CONNECT_SECONDS = env.float("PLAYGROUND_CONNECT_SECONDS", 8.0)
UPSTREAM_FIRST_BYTE_SECONDS = env.float("PLAYGROUND_FIRST_BYTE_SECONDS", 300.0)
UPSTREAM_BETWEEN_BYTES_SECONDS = env.float("PLAYGROUND_BETWEEN_BYTES_SECONDS", 300.0)
UPSTREAM_TOTAL_SECONDS = env.float("PLAYGROUND_TOTAL_SECONDS", 1800.0)
SANDBOX_SPEED = env.float("PLAYGROUND_SANDBOX_SPEED", 1.0)

# The night's work: the check of all totals and the monthly files (docs/operations.md)
NIGHTLY_AT = env.clock("PLAYGROUND_NIGHTLY_AT", "03:15")  # None: switched off
NIGHTLY_ZONE = env.zone("PLAYGROUND_NIGHTLY_ZONE", "UTC")

# Prometheus: off without a token (docs/operations.md)
METRICS_TOKEN = env.str("PLAYGROUND_METRICS_TOKEN", "")
if METRICS_TOKEN and len(METRICS_TOKEN) < 16:
    raise ImproperlyConfigured("PLAYGROUND_METRICS_TOKEN: give at least 16 characters.")
METRICS_PROCESS = env.str("PLAYGROUND_METRICS_PROCESS", f"{socket.gethostname()}:{PORT}")

LOG_LEVEL = env.choice("PLAYGROUND_LOG_LEVEL", "INFO", among=("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "daphne": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
