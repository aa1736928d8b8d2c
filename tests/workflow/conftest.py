"""People of two offices and of the department, and a kind of document of the tests' own."""

from collections.abc import Iterator

import pytest

from tests.factories.accounts import make_user
from tests.factories.committees import make_office
from tests.factories.workflow import Note, make_matter, notes


@pytest.fixture
def note() -> Iterator[Note]:
    with notes() as registered:
        yield registered


@pytest.fixture
def office(db):
    return make_office()


@pytest.fixture
def lead(office):
    return make_user("lead", office)


@pytest.fixture
def clerk(office):
    return make_user("clerk", office)


@pytest.fixture
def reviewer(db):
    return make_user("reviewer")


@pytest.fixture
def matter(note, office, clerk):
    return make_matter(office, clerk)
