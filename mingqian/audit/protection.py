"""Triggers that refuse to change or delete what the log holds, on both databases."""

from __future__ import annotations

TABLE = "audit_event"
REFUSAL = "the audit log is append-only"

SQLITE_INSTALL = [
    f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for verb in ("UPDATE", "DELETE")
]
SQLITE_REMOVE = [f"DROP TRIGGER IF EXISTS {TABLE}_no_{verb}" for verb in ("update", "delete")]
POSTGRESQL_INSTALL = [
    f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    f"DROP TRIGGER IF EXISTS {TABLE}_append_only ON {TABLE}",
    f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()",
]
POSTGRESQL_REMOVE = [f"DROP TRIGGER IF EXISTS {TABLE}_append_only ON {TABLE}"]


def install(connection) -> None:
    """Put the triggers in place; harmless where they stand already."""
    _run(connection, SQLITE_INSTALL, POSTGRESQL_INSTALL)


def remove(connection) -> None:
    """Take the triggers away: for tests that must empty their tables, and for tests of tampering."""
    _run(connection, SQLITE_REMOVE, POSTGRESQL_REMOVE)


def _run(connection, sqlite: list[str], postgresql: list[str]) -> None:
    statements = {"sqlite": sqlite, "postgresql": postgresql}[connection.vendor]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
