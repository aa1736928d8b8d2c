"""What every test stands on: the database, its protections, and the invariants after each test."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client, TransactionTestCase

from tests import html

DATABASE_FIXTURES = {"db", "transactional_db", "_django_db_helper"}
# Loaded by migrations, so a flush takes them away and they have to come back after it.
STANDING_DATA = (
    ("mingqian.rulebook.services", "load_defaults"),
    ("mingqian.committees.services", "load_dictionaries"),
)


def optional(name: str) -> ModuleType | None:
    """A module of the system, or None where its chapter has none."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and name.startswith(error.name):
            return None
        raise


def protections() -> list[ModuleType]:
    """The modules that guard append-only tables: `<chapter>/protection.py` with install, remove."""
    found = (optional(f"{app.name}.protection") for app in apps.get_app_configs())
    return [module for module in found if module is not None]


def load_standing_data() -> None:
    """Rule-book defaults and dictionaries, as the migrations load them."""
    for module_name, function in STANDING_DATA:
        if (module := optional(module_name)) is not None and hasattr(module, function):
            getattr(module, function)()


_flush = TransactionTestCase._fixture_teardown


def _flush_past_the_protections(self: TransactionTestCase) -> None:
    """Append-only tables refuse the flush that ends a transactional test: lift that, then restore."""
    guards = protections()
    for guard in reversed(guards):
        guard.remove(connection)
    try:
        _flush(self)
        load_standing_data()
    finally:
        for guard in guards:
            guard.install(connection)


TransactionTestCase._fixture_teardown = _flush_past_the_protections  # type: ignore[method-assign]


_request = Client.request


def _request_and_judge(self: Client, **request: object) -> HttpResponseBase:
    """Every page that any test asks for is judged: what browsers mend silently fails the test."""
    response = _request(self, **request)
    if (
        not response.streaming
        and response.get("Content-Type", "").startswith("text/html")
        and response.content
    ):
        found = html.faults(
            response.content.decode(response.charset), fragment="HTTP_HX_REQUEST" in request
        )
        assert not found, f"{request.get('PATH_INFO')} is no valid HTML:\n" + "\n".join(found)
    return response


Client.request = _request_and_judge  # type: ignore[method-assign]


def touches_the_database(item: pytest.Item) -> bool:
    return item.get_closest_marker("django_db") is not None or bool(
        DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """What `manage.py verify` would find fails the test that left it behind.

    It runs before the test's transaction is rolled back, so every passing test that touched the
    database is covered, not only the last of a class.
    """
    result = yield
    if (
        touches_the_database(item)
        and item.get_closest_marker("breaks_invariants") is None
        and not connection.needs_rollback
        and (invariants := optional("mingqian.config.invariants")) is not None
    ):
        found = list(invariants.check_all())
        assert not found, "invariants broken by this test:\n" + "\n".join(map(str, found))
    return result


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    """Throttles and counters of one test must not reach the next."""
    if settings.configured:
        cache.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything under tests/e2e carries the marker, so `-m 'not e2e'` leaves all of it out."""
    for item in items:
        if "e2e" in Path(item.path).parts:
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """On CI a skipped test is a hole nobody looks at, so it counts as a failure there."""
    if hasattr(session.config, "workerinput") or os.environ.get("CI", "").lower() != "true":
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line("A test was skipped; with CI=true that fails the run.", red=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The home that tests/settings.py made goes with the process that made it."""
    if os.environ.get("MINGQIAN_TEST_HOME_OWNER") == str(os.getpid()):
        shutil.rmtree(os.environ["MINGQIAN_TEST_HOME"], ignore_errors=True)
