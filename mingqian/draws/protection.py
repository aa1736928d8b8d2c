"""Triggers that refuse to change what a draw left behind: seats and frozen members never, a draw only onwards.

Events of a roster are never changed either, and of a locked roster only its unlocking is filled in.

A contribution is filled in at the reveal and never again; a draw with a result may only be marked void.
Who contributes as observer is the person whom the draw names as its observer, once and for all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mingqian.audit.protection import statements

REFUSAL = "what was drawn is never changed"
NEVER_CHANGED = ("draws_drawseat", "draws_frozenmember", "draws_drawevent", "draws_rosterevent")
NEVER_DELETED = ("draws_draw", "draws_contribution", "draws_rosterversion")
# Columns that no update may touch: of a frozen draw, and of one with a result.
FROZEN = (
    "application_id", "office_id", "attempt", "frozen_at", "frozen_by_id", "salt_sealed", "pool", "plan",
    "solution", "pool_root", "rules_hash", "lottery_hash", "pool_count", "eligible_count", "trials_counted",
    "previous", "parties_min", "observers_min",
    "chances",
)  # fmt: skip
RESULT = (
    "commit_hash", "committed_at", "seed", "executed_at", "executed_by_id", "transcript", "transcript_hash",
    "short_code", "observer_by_id", "judgement", "seating",
)  # fmt: skip
# Of a roster as locked; only its unlocking is filled in, once.
LOCKED = (
    "roster_id", "number", "content", "digest", "short_code", "checks", "locked_at", "locked_by_id",
    "head", "proof", "public_key", "signature",
)  # fmt: skip


def _changed(columns: Sequence[str], *, vendor: str) -> str:
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    return "(" + " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in columns) + ")"


def _guards(vendor: str, tables: Mapping[str, Collection[str]]) -> list[tuple[str, str, str]]:
    """(table, name, condition under which an update of a row is refused).

    `tables` are those there are, those that grow later with their columns: an early migration runs this before a
    later one adds its own.
    """
    columns = tables["draws_draw"]
    frozen = [name for name in FROZEN if name in columns]
    after = [name for name in RESULT if name in columns]
    onwards = (
        "(OLD.status = 'EXECUTED' AND NEW.status NOT IN ('EXECUTED', 'VOIDED'))"
        " OR (OLD.status IN ('VOIDED', 'ABANDONED'))"
    )
    result = f"(OLD.status = 'EXECUTED' AND {_changed(after, vendor=vendor)})"
    if "observer_by_id" in columns:
        named = _changed(["observer_by_id"], vendor=vendor)
        result += f" OR (OLD.observer_by_id IS NOT NULL AND {named})"
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
    guards = [
        ("draws_draw", "onwards", f"{_changed(frozen, vendor=vendor)} OR {onwards} OR {result}"),
        ("draws_contribution", "onwards", shown),
    ]
    if "draws_rosterversion" in tables:
        kept = [name for name in LOCKED if name in tables["draws_rosterversion"]]
        locked = f"(OLD.unlocked_at IS NOT NULL) OR {_changed(kept, vendor=vendor)}"
        guards.append(("draws_rosterversion", "onwards", locked))
    return guards


def _observer(vendor: str) -> tuple[list[str], list[str]]:
    """The observer's contribution is refused unless the draw names the same person as its observer."""
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    trigger, refusal = "draws_contribution_observer", "the draw names another observer"
    named = "(SELECT observer_by_id FROM draws_draw WHERE id = NEW.draw_id)"
    stranger = f"NEW.party = 'observer' AND NEW.user_id {differs} {named}"
    if vendor == "sqlite":
        drop = f"DROP TRIGGER IF EXISTS {trigger}"
        make = [
            (
                f"CREATE TRIGGER {trigger} BEFORE INSERT ON draws_contribution WHEN {stranger} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        ]
    else:
        drop = f"DROP TRIGGER IF EXISTS {trigger} ON draws_contribution"
        make = [
            (
                f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN IF {stranger} THEN RAISE EXCEPTION '{refusal}' "
                "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
            ),
            (
                f"CREATE TRIGGER {trigger} BEFORE INSERT ON draws_contribution FOR EACH ROW "
                f"EXECUTE FUNCTION {trigger}()"
            ),
        ]
    return [drop, *make], [drop]


def _lines(vendor: str, tables: Mapping[str, Collection[str]]) -> tuple[list[str], list[str]]:
    put: list[str] = []
    take: list[str] = []
    kept = [
        statements(vendor, table, key="id", refusal=REFUSAL)
        for table in NEVER_CHANGED
        if table in tables
    ]
    kept += [
        statements(vendor, table, key="id", refusal=REFUSAL, verbs=("DELETE",))
        for table in NEVER_DELETED
        if table in tables
    ]
    for each in kept:
        put += each.install
        take += each.remove
    if "observer_by_id" in tables["draws_draw"]:
        there, gone = _observer(vendor)
        put += there
        take += gone
    for table, name, condition in _guards(vendor, tables):
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
    _run(connection, _lines_of(connection)[0])


def remove(connection: Any) -> None:
    """Take the triggers away: for tests that must empty their tables, and for tests of tampering."""
    _run(connection, _lines_of(connection)[1])


def _lines_of(connection: Any) -> tuple[list[str], list[str]]:
    look = connection.introspection
    with connection.cursor() as cursor:
        tables: dict[str, set[str]] = {name: set() for name in look.table_names(cursor)}
        for name in {"draws_draw", "draws_rosterversion"} & set(tables):
            tables[name] = {row.name for row in look.get_table_description(cursor, name)}
    return _lines(connection.vendor, tables)


def _run(connection: Any, lines: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for line in lines:
            cursor.execute(line)
