"""Triggers that refuse to change what a draw left behind: seats and frozen members never, a draw only onwards.

A contribution is filled in at the reveal and never again; a draw with a result may only be marked void.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mingqian.audit.protection import statements

REFUSAL = "what was drawn is never changed"
NEVER_CHANGED = ("draws_drawseat", "draws_frozenmember", "draws_drawevent")
# Columns that no update may touch: of a frozen draw, and of one with a result.
FROZEN = (
    "application_id", "office_id", "attempt", "frozen_at", "frozen_by_id", "salt_sealed", "pool", "plan",
    "solution", "pool_root", "rules_hash", "lottery_hash", "pool_count", "eligible_count", "trials_counted",
    "previous",
)  # fmt: skip
RESULT = (
    "commit_hash", "committed_at", "seed", "executed_at", "executed_by_id", "transcript", "transcript_hash",
    "short_code",
)  # fmt: skip


def _changed(columns: Sequence[str], *, vendor: str) -> str:
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    return "(" + " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in columns) + ")"


def _guards(vendor: str) -> list[tuple[str, str, str]]:
    """(table, name, condition under which an update of a row is refused)."""
    onwards = (
        "(OLD.status = 'EXECUTED' AND NEW.status NOT IN ('EXECUTED', 'VOIDED'))"
        " OR (OLD.status IN ('VOIDED', 'ABANDONED'))"
    )
    result = f"(OLD.status = 'EXECUTED' AND {_changed(RESULT, vendor=vendor)})"
    fixed = (
        "draw_id",
        "party",
        "user_id",
        "commitment",
        "self_held",
        "nonce_sealed",
        "committed_at",
    )
    shown = f"(OLD.revealed_at IS NOT NULL) OR {_changed(fixed, vendor=vendor)}"
    return [
        ("draws_draw", "onwards", f"{_changed(FROZEN, vendor=vendor)} OR {onwards} OR {result}"),
        ("draws_contribution", "onwards", shown),
    ]


def _lines(vendor: str) -> tuple[list[str], list[str]]:
    put: list[str] = []
    take: list[str] = []
    tables = [statements(vendor, table, key="id", refusal=REFUSAL) for table in NEVER_CHANGED]
    tables += [
        statements(vendor, table, key="id", refusal=REFUSAL, verbs=("DELETE",))
        for table in ("draws_draw", "draws_contribution")
    ]
    for each in tables:
        put += each.install
        take += each.remove
    for table, name, condition in _guards(vendor):
        trigger = f"{table}_{name}"
        if vendor == "sqlite":
            drop = f"DROP TRIGGER IF EXISTS {trigger}"
            put += [
                drop,
                (
                    f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} WHEN {condition} "
                    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
                ),
            ]
        else:
            drop = f"DROP TRIGGER IF EXISTS {trigger} ON {table}"
            put += [
                (
                    f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS "
                    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
                ),
                drop,
                (
                    f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition}) "
                    f"EXECUTE FUNCTION {trigger}()"
                ),
            ]
        take.append(drop)
    return put, take


def install(connection: Any) -> None:
    """Put the triggers in place; harmless where they stand already."""
    _run(connection, _lines(connection.vendor)[0])


def remove(connection: Any) -> None:
    """Take the triggers away: for tests that must empty their tables, and for tests of tampering."""
    _run(connection, _lines(connection.vendor)[1])


def _run(connection: Any, lines: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for line in lines:
            cursor.execute(line)
