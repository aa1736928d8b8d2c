"""Pages by key: where a page begins is a value, not a count, so the last page costs what the first one costs.

The bound is written twice, `t <= x AND (t < x OR id < y)`: the plain OR form cannot use the index.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q

Side = Literal["after", "before"]


class BadPosition(ValueError):
    """A position that was not given out by us."""


@dataclass(frozen=True, slots=True)
class Order:
    """One column and a direction; the primary key follows in the same direction and makes it total."""

    path: str
    descending: bool = False

    @classmethod
    def parse(cls, text: str) -> Order:
        """From `matter__number` or `-matter__number`."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    @property
    def is_key(self) -> bool:
        """Whether the column is the primary key itself."""
        return self.path in ("pk", "id")


def field_of(model: type[models.Model], path: str) -> tuple[models.Field[Any, Any], bool]:
    """The field at the end of a lookup path, and whether its value may be absent on the way there."""
    nullable = False
    current: type[models.Model] = model
    field: Any = None
    for part in path.split("__"):
        field = current._meta.pk if part == "pk" else current._meta.get_field(part)
        nullable = (
            nullable or bool(getattr(field, "null", False)) or not getattr(field, "concrete", True)
        )
        if field.is_relation and field.related_model is not None:
            current = field.related_model
    return field, nullable


def ordered(
    queryset: models.QuerySet[Any], order: Order, *, reverse: bool = False
) -> models.QuerySet[Any]:
    """Order by the column and the primary key, blanks last (first when walking backwards)."""
    descending = order.descending != reverse
    key = "-pk" if descending else "pk"
    if order.is_key:
        return queryset.order_by(key)
    if not _nullable(queryset, order):
        return queryset.order_by(f"-{order.path}" if descending else order.path, key)
    column = F(order.path)
    blanks = {"nulls_first": True} if reverse else {"nulls_last": True}
    return queryset.order_by(column.desc(**blanks) if descending else column.asc(**blanks), key)


def _nullable(queryset: models.QuerySet[Any], order: Order) -> bool:
    if order.path in queryset.query.annotations:
        return True
    return field_of(queryset.model, order.path)[1]


def beyond(
    queryset: models.QuerySet[Any], order: Order, position: tuple[Any, Any], side: Side
) -> models.QuerySet[Any]:
    """Only the rows that come after (or before) a position."""
    value, key = position
    downwards = order.descending == (side == "after")
    less, key_side = ("lt", "pk__lt") if downwards else ("gt", "pk__gt")
    if order.is_key:
        return queryset.filter(**{key_side: key})
    tie = Q(**{key_side: key})
    if value is None:
        same = Q(**{f"{order.path}__isnull": True}) & tie
        return queryset.filter(
            same if side == "after" else same | Q(**{f"{order.path}__isnull": False})
        )
    bound = Q(**{f"{order.path}__{less}e": value}) & (Q(**{f"{order.path}__{less}": value}) | tie)
    if side == "after" and _nullable(queryset, order):
        bound |= Q(**{f"{order.path}__isnull": True})
    return queryset.filter(bound)


def position_of(row: models.Model, order: Order) -> tuple[Any, Any]:
    """Where a row stands."""
    if order.is_key:
        return (None, row.pk)
    value: Any = row
    for part in order.path.split("__"):
        value = getattr(value, part, None)
        if value is None:
            break
    return (value.pk if isinstance(value, models.Model) else value, row.pk)


def pack(position: tuple[Any, Any]) -> str:
    """A position as it travels in an address."""
    value, key = position
    return (
        base64.urlsafe_b64encode(
            json.dumps([_plain(value), _plain(key)], ensure_ascii=False).encode()
        )
        .decode()
        .rstrip("=")
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal) or not isinstance(value, (str, int, float, bool, type(None))):
        return str(value)
    return value


def unpack(text: str, queryset: models.QuerySet[Any], order: Order) -> tuple[Any, Any]:
    """Read a position back through the fields' own rules. Raises BadPosition for anything we did not write."""
    if len(text) > 2000:
        raise BadPosition("too long")
    try:
        value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        key = _through(queryset.model._meta.pk, key)
        if value is not None and not order.is_key:
            annotated = queryset.query.annotations.get(order.path)
            field = (
                annotated.output_field
                if annotated is not None
                else field_of(queryset.model, order.path)[0]
            )
            value = _through(field, value)
    except (
        ValueError,
        TypeError,
        ValidationError,
        FieldDoesNotExist,
        OverflowError,
        RecursionError,
    ) as error:
        raise BadPosition("not one of ours") from error
    if key is None:
        raise BadPosition("no key")
    return value, key


def _through(field: Any, value: Any) -> Any:
    if isinstance(value, (list, dict)) or (isinstance(value, str) and "\x00" in value):
        raise BadPosition("not a value")
    found = field.to_python(value)
    if isinstance(found, int) and not -(2**63) <= found < 2**63:
        raise BadPosition("out of range")
    return found
