"""Counting rows of one table beside those of another, without grouping by columns."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce


def number_of(rows: QuerySet, owner: str) -> Combinable:
    """How many of `rows` point to the outer row by `owner`, as an expression to annotate with."""
    grouped = rows.filter(**{owner: OuterRef("pk")}).order_by().values(owner)
    return Coalesce(Subquery(grouped.annotate(n=Count("pk")).values("n")), 0)
