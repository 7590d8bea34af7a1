"""How settings.py reads the environment. A NAME may come from the file named in NAME_FILE; nonsense stops the start.

django-environ is kinder than an operator wants: "maybe" is false to it, "8 s" is 8, the line break at the end of a
file belongs to the secret in it, and a password that begins with "$" is the name of another variable.
"""

import datetime as dt
import math
import zoneinfo
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
    "": False,
}
WANTED = {bool: 'give "on" or "off"', int: "give a whole number from 0", float: "give a number from 0"}


class Environment(environ.FileAwareEnv):  # type: ignore[misc]  # the package has no types
    """Typed values by name. Raises ImproperlyConfigured with one sentence that names the variable."""

    def get_value(self, var: str, cast: Any = None, default: Any = None, parse_default: bool = False) -> Any:
        """The value of `var` as `cast`, or `default`."""
        try:
            raw = self.ENVIRON.get(var)
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{var}_FILE: the file cannot be read ({error}).") from error
        if raw is None:
            return self.parse_value(default, cast) if parse_default else default
        try:
            return self.parse_value(raw.strip(), cast)
        except ValueError as error:
            raise ImproperlyConfigured(f'{var}: "{raw.strip()}" does not fit; {WANTED.get(cast, error)}.') from error

    @classmethod
    def parse_value(cls, value: Any, cast: Any) -> Any:
        """Read one value. Raises ValueError."""
        if cast is bool and value.lower() in WORDS:
            return WORDS[value.lower()]
        if cast in (int, float):
            number = cast(value)
            if math.isfinite(number) and number >= 0:
                return number
        elif cast is not bool:
            return super().parse_value(value, cast)
        raise ValueError(value)

    def choice(self, var: str, default: str, *, among: tuple[str, ...]) -> str:
        """One word of `among`."""
        word = str(self.get_value(var, str, default))
        if word not in among:
            raise ImproperlyConfigured(f'{var}: "{word}" does not fit; give one of {", ".join(among)}.')
        return word

    def clock(self, var: str, default: str) -> dt.time | None:
        """A time of the day like 03:15; None for "off"."""
        word = str(self.get_value(var, str, default))
        if word.lower() == "off":
            return None
        try:
            return dt.datetime.strptime(word, "%H:%M").time()
        except ValueError as error:
            raise ImproperlyConfigured(f'{var}: "{word}" does not fit; give a time like 03:15, or "off".') from error

    def zone(self, var: str, default: str) -> zoneinfo.ZoneInfo:
        """A time zone by its name."""
        word = str(self.get_value(var, str, default))
        try:
            return zoneinfo.ZoneInfo(word)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
            raise ImproperlyConfigured(f'{var}: "{word}" does not fit; give a time zone like Asia/Shanghai.') from error

    def email(self, var: str, default: str) -> dict[str, Any]:
        """The settings of Django for sending mail, from an address like smtp+tls://user:password@host:587."""
        try:
            return dict(super().email(var, default=default))
        except (ValueError, ImproperlyConfigured) as error:
            raise ImproperlyConfigured(f"{var}: give an address like smtp+tls://user:password@host:587.") from error
