"""Whose rows a user may see: the one rule of the owning office, said once for every table of this chapter."""

from __future__ import annotations

from django.db.models import QuerySet


def of_own_office[Q: QuerySet](rows: Q, user, field: str = "office_id") -> Q:
    """The office's own rows; every row for the HRSS department and the observer; none for anyone else."""
    if user.office_id is not None:
        return rows.filter(**{field: user.office_id})
    if user.is_hrss or user.is_observer:
        return rows
    return rows.none()
