"""Spans of years, said once for forms and once for the database."""

from __future__ import annotations

from datetime import date

from django.db import models


class PlusYears(models.Func):
    """A day some whole years later, in SQL that may stand in a CHECK constraint of either database."""

    arity = 1
    output_field = models.DateField()

    def __init__(self, day, *, years: int):
        self.years = int(years)
        super().__init__(day)

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(
            compiler,
            connection,
            template=f"date(%(expressions)s, '+{self.years} years')",
            **context,
        )

    def as_postgresql(self, compiler, connection, **context):
        template = f"((%(expressions)s) + INTERVAL '{self.years} years')::date"
        return self.as_sql(compiler, connection, template=template, **context)


def plus_years(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 28 February where the year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
