"""Moments and days in words, in the reader's language and time zone."""

import datetime as dt
import re

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

RECENT = dt.timedelta(hours=12)


def moment_words(moment: dt.datetime | None) -> str:
    """ "5 minutes ago" today, then "21 Nov 10:43"; "—" for never."""
    if moment is None:
        return "—"
    passed = timezone.now() - moment
    if passed < dt.timedelta(minutes=1):
        return _("just now")
    if passed < RECENT:
        return _spaced(str(naturaltime(moment)).replace("\xa0", " "))
    return clock_words(moment)


def clock_words(moment: dt.datetime) -> str:
    """ "21 Nov 10:43"."""
    # Translators: Django's date format characters: day, month, hour and minute.
    return formats.date_format(timezone.localtime(moment), pgettext("moment", "j M H:i"))


def day_words(day: dt.date | None) -> str:
    """ "21 Nov 2026"; "—" when nobody says."""
    # Translators: Django's date format characters: day, month, year.
    return formats.date_format(day, pgettext("day", "j M Y")) if day else "—"


def _spaced(words: str) -> str:
    """Django's Chinese writes "2小时之前"; ours sets digits apart from Han, as in "11 月 21 日"."""
    return re.sub(r"(?<=\d)(?=[\u3400-\u9fff])", " ", words)
