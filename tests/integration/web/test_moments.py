"""Moments and days in the reader's language."""

import datetime as dt

import pytest
from django.utils import timezone, translation

from playground.web.moments import clock_words, day_words, moment_words
from playground.web.sidebar import date_label

MOMENT = dt.datetime(2026, 11, 21, 10, 43, tzinfo=dt.UTC)
DAY = MOMENT.date()


@pytest.mark.parametrize(
    ("language", "clock", "day", "label"),
    [
        ("en", "21 Nov 10:43", "21 Nov 2026", "Yesterday"),
        ("zh-hans", "11 月 21 日 10:43", "2026 年 11 月 21 日", "昨天"),
    ],
)
def test_dates_are_written_in_the_readers_language(language: str, clock: str, day: str, label: str) -> None:
    with translation.override(language), timezone.override(dt.UTC):
        assert clock_words(MOMENT) == clock
        assert day_words(DAY) == day
        assert date_label(MOMENT, MOMENT + dt.timedelta(days=1)) == label


def test_a_moment_is_shown_in_the_readers_time_zone() -> None:
    with timezone.override(dt.timezone(dt.timedelta(hours=8))):
        assert clock_words(MOMENT) == "21 Nov 18:43"


@pytest.mark.parametrize(
    ("language", "passed", "words"),
    [
        ("en", dt.timedelta(hours=2, minutes=5), "2 hours ago"),
        ("zh-hans", dt.timedelta(hours=2, minutes=5), "2 小时之前"),
        ("en", dt.timedelta(hours=11, minutes=50), "11 hours ago"),
        ("zh-hans", dt.timedelta(minutes=59, seconds=50), "59 分钟之前"),
    ],
)
def test_what_was_lately_is_told_in_words_with_one_unit(language: str, passed: dt.timedelta, words: str) -> None:
    with translation.override(language):
        assert moment_words(timezone.now() - passed) == words


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_was_a_day_or_more_ago_is_told_as_a_date(language: str) -> None:
    with translation.override(language):
        for passed in (dt.timedelta(hours=42), dt.timedelta(days=40, hours=3)):
            moment = timezone.now() - passed
            assert moment_words(moment) == clock_words(moment)
