"""The ground most tests of applications stand on; a file that needs another one defines its own."""

from __future__ import annotations

import pytest

from tests.factories.draws import make_application, make_ground


@pytest.fixture
def ground():
    """A committee with its pool, its clerk and its lead."""
    return make_ground()


@pytest.fixture
def application(ground):
    """A draft of the clerk."""
    committee, clerk, _ = ground
    return make_application(committee, clerk)
