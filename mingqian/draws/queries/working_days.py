"""Working days, Monday to Friday. Public holidays and make-up days are not known to the system."""

from __future__ import annotations

from datetime import date, timedelta


def working_days_before(day: date, meeting: date) -> int:
    """How many working days lie after `day` up to and with the day of the meeting; negative if it is past."""
    if day > meeting:
        return -working_days_before(meeting, day)
    whole_weeks, rest = divmod((meeting - day).days, 7)
    tail = (day + timedelta(days=7 * whole_weeks + step) for step in range(1, rest + 1))
    return 5 * whole_weeks + sum(1 for each in tail if each.weekday() < 5)


def days_back(meeting: date, working_days: int) -> date:
    """The latest working day that lies so many working days before the meeting."""
    day = meeting
    while working_days_before(day, meeting) < working_days or day.weekday() > 4:
        day -= timedelta(days=1)
    return day
