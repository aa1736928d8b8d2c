"""Triggers that refuse to change or delete what the log holds, on both databases.

`statements` makes them for any table, so that other chapters can guard what they only ever add to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

REFUSAL = "the audit log is append-only"


@dataclass(frozen=True, slots=True)
class Statements:
    """What puts the triggers of one table in place, and what takes them away."""

    install: Sequence[str]
    remove: Sequence[str]


def statements(
    vendor: str, table: str, *, key: str, refusal: str, verbs: Sequence[str] = ("UPDATE", "DELETE")
) -> Statements:
    """Triggers by which a table refuses the verbs, and TRUNCATE where there is such a thing.

    SQLite's INSERT OR REPLACE deletes a row without firing its delete trigger, so where DELETE is refused, inserting
    an existing `key` is refused too.
    """
    if vendor == "sqlite":
        return _sqlite(table, key, refusal, verbs)
    return _postgresql(table, refusal, verbs)


def _sqlite(table: str, key: str, refusal: str, verbs: Sequence[str]) -> Statements:
    abort = f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    install = [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{v.lower()} BEFORE {v} ON {table} {abort}"
        for v in verbs
    ]
    remove = [f"DROP TRIGGER IF EXISTS {table}_no_{v.lower()}" for v in verbs]
    if "DELETE" in verbs:
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608  # nosec B608
        install.append(
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} {abort}"
        )
        remove.append(f"DROP TRIGGER IF EXISTS {table}_no_replace")
    return Statements(install, remove)


def _postgresql(table: str, refusal: str, verbs: Sequence[str]) -> Statements:
    events = " OR ".join([*verbs, "TRUNCATE"])
    raising = f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    function = (
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS {raising}"
    )
    drop = f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"
    create = f"CREATE TRIGGER {table}_append_only BEFORE {events} ON {table}"
    return Statements(
        [function, drop, f"{create} FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"], [drop]
    )


def _of_the_log(vendor: str) -> list[Statements]:
    return [
        statements(vendor, "audit_event", key="seq", refusal=REFUSAL),
        # The head moves with every entry, so it may be updated, but never go away.
        statements(vendor, "audit_head", key="id", refusal=REFUSAL, verbs=("DELETE",)),
    ]


def install(connection: Any) -> None:
    """Put the triggers in place; harmless where they stand already."""
    _run(connection, [line for table in _of_the_log(connection.vendor) for line in table.install])


def remove(connection: Any) -> None:
    """Take the triggers away: for tests that must empty their tables, and for tests of tampering."""
    _run(connection, [line for table in _of_the_log(connection.vendor) for line in table.remove])


def _run(connection: Any, lines: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for line in lines:
            cursor.execute(line)
