"""The groups of the conversation list: days begin at the reader's midnight, whatever the clocks do."""

import datetime as dt
import zoneinfo

import pytest
from django.utils import timezone, translation

from playground.web.sidebar import date_label

SHANGHAI, NEW_YORK, BEIRUT = "Asia/Shanghai", "America/New_York", "Asia/Beirut"


@pytest.mark.parametrize(
    ("zone", "now", "moment", "label"),
    [
        # Midnight in Shanghai is 16:00 in Greenwich.
        (SHANGHAI, "2026-11-26 15:59:59", "2026-11-25 16:00:00", "Today"),
        (SHANGHAI, "2026-11-26 15:59:59", "2026-11-25 15:59:59", "Yesterday"),
        (SHANGHAI, "2026-11-26 16:00:00", "2026-11-26 15:59:59", "Yesterday"),
        (SHANGHAI, "2026-11-26 16:00:00", "2026-11-26 16:00:00", "Today"),
        ("UTC", "2026-11-26 16:00:00", "2026-11-26 15:59:59", "Today"),
        # The seven days before today, yesterday's among them; then months.
        (SHANGHAI, "2026-11-26 12:00:00", "2026-11-24 15:59:59", "Previous 7 days"),
        (SHANGHAI, "2026-11-26 12:00:00", "2026-11-18 16:00:00", "Previous 7 days"),
        (SHANGHAI, "2026-11-26 12:00:00", "2026-11-18 15:59:59", "November 2026"),
        (SHANGHAI, "2026-11-26 12:00:00", "2026-09-30 16:00:00", "October 2026"),
        ("UTC", "2026-11-26 12:00:00", "2026-09-30 16:00:00", "September 2026"),
        # Early in a month the week reaches into the one before; the year turns like any other day.
        ("UTC", "2027-01-01 00:00:00", "2026-12-31 23:59:59", "Yesterday"),
        ("UTC", "2027-01-03 08:00:00", "2026-12-27 00:00:00", "Previous 7 days"),
        ("UTC", "2027-01-03 08:00:00", "2026-12-26 23:59:59", "December 2026"),
        # 1 November had 25 hours in New York.
        (NEW_YORK, "2026-11-02 05:00:00", "2026-11-02 04:59:59", "Yesterday"),
        (NEW_YORK, "2026-11-02 05:00:00", "2026-11-01 04:00:00", "Yesterday"),
        (NEW_YORK, "2026-11-02 05:00:00", "2026-11-01 03:59:59", "Previous 7 days"),
        (NEW_YORK, "2026-11-02 04:59:59", "2026-11-01 04:00:00", "Today"),
        # 8 March had 23.
        (NEW_YORK, "2026-03-09 04:00:00", "2026-03-08 05:00:00", "Yesterday"),
        (NEW_YORK, "2026-03-09 04:00:00", "2026-03-08 04:59:59", "Previous 7 days"),
        (NEW_YORK, "2026-03-09 03:59:59", "2026-03-08 05:00:00", "Today"),
        # 29 March began at one o'clock in Beirut.
        (BEIRUT, "2026-03-28 22:00:00", "2026-03-28 21:59:59", "Yesterday"),
        (BEIRUT, "2026-03-28 22:00:00", "2026-03-28 22:00:00", "Today"),
        (BEIRUT, "2026-03-29 20:59:59", "2026-03-28 22:00:00", "Today"),
        # A server whose clock is ahead of another's.
        ("UTC", "2026-11-26 23:59:59", "2026-11-27 00:00:01", "Today"),
    ],
)
def test_a_conversation_stands_in_the_group_of_its_day(zone: str, now: str, moment: str, label: str) -> None:
    with timezone.override(zoneinfo.ZoneInfo(zone)), translation.override("en"):
        assert date_label(at(moment), at(now)) == label


@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK, BEIRUT, "Pacific/Kiritimati", "Asia/Kathmandu"])
def test_groups_follow_each_other_in_the_order_of_the_list(zone: str) -> None:
    now = at("2026-04-05 12:00:00")
    with timezone.override(zoneinfo.ZoneInfo(zone)), translation.override("en"):
        labels = [date_label(now - dt.timedelta(minutes=30 * step), now) for step in range(48 * 60)]
    met = list(dict.fromkeys(labels))
    assert met == ["Today", "Yesterday", "Previous 7 days", "March 2026", "February 2026"]
    assert labels == sorted(labels, key=met.index)


def at(moment: str) -> dt.datetime:
    """A moment written in Greenwich's time."""
    return dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
