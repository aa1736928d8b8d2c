"""Every foreign key has its row, asked of the tables themselves and not of the database's promise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db import connection, models


@cache
def _question(vendor: str) -> str:
    quote = connection.ops.quote_name
    parts = []
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        for field in model._meta.local_fields:
            if not isinstance(field, models.ForeignKey):
                continue
            target = field.target_field
            where = f"{model._meta.db_table}.{field.column}"
            parts.append(
                f"SELECT '{where}', COUNT(*) FROM {quote(model._meta.db_table)} a"  # noqa: S608
                f" LEFT JOIN {quote(target.model._meta.db_table)} b"
                f" ON a.{quote(str(field.column))} = b.{quote(str(target.column))}"
                f" WHERE a.{quote(str(field.column))} IS NOT NULL AND b.{quote(str(target.column))} IS NULL"
            )
    return " UNION ALL ".join(parts)


def every_reference_has_its_row() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_question(connection.vendor))
        for where, count in cursor.fetchall():
            if count:
                yield f"{where} 有 {count} 行指向不存在的记录"


INVARIANTS = [("外键都有对应的记录", every_reference_has_its_row)]
