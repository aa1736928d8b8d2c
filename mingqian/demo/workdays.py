"""Working days of the story, Monday to Friday, in the time of the province."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

OVER = dt.time(12, 0)


def moment(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """That time of that day."""
    return dt.datetime.combine(day, dt.time(hour, minute), timezone.get_default_timezone())


def last_workday(now: dt.datetime) -> dt.date:
    """The last working day whose morning is over."""
    local = timezone.localtime(now)
    day = local.date() if local.time() >= OVER else local.date() - dt.timedelta(days=1)
    while day.weekday() > 4:
        day -= dt.timedelta(days=1)
    return day


def workday_before(day: dt.date, number: int) -> dt.date:
    """The day so many working days before."""
    return _step(day, number, -1)


def workday_after(day: dt.date, number: int) -> dt.date:
    """The day so many working days after."""
    return _step(day, number, 1)


def _step(day: dt.date, number: int, way: int) -> dt.date:
    while number:
        day += dt.timedelta(days=way)
        number -= day.weekday() < 5
    return day
