"""What the workflow must know of each kind of document, told by the chapter that owns it.

The workflow stands below those chapters and cannot import them; they register here when Django starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mingqian.rulebook.findings import Finding

from .models import Action, Matter

# A defect is a finding that blocks; the other findings of a check never stop a move.
Defect = Finding


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of document under review.

    check_ready(action, matter, by): every defect that stands against a move, all at once.
    snapshot(matter): plain JSON data of the document as submitted; compared between versions.
    url(matter), review_url(matter): the document's page for its office and for the reviewing side.
    permissions: the permission that each action needs.
    own_todos: the chapter itself tells what waits, with more than a matter knows.
    settle(action, matter, by, at): what else the move does, inside its transaction; may be absent.
    """

    kind: str
    label: str
    check_ready: Callable[[Action, Matter, Any], list[Defect]]
    snapshot: Callable[[Matter], dict[str, Any]]
    url: Callable[[Matter], str]
    permissions: Mapping[Action, str]
    review_url: Callable[[Matter], str] | None = None
    settle: Callable[[Action, Matter, Any, datetime], None] | None = None
    own_todos: bool = False

    def url_for(self, matter: Matter, user) -> str:
        """The page on which this user deals with the matter."""
        if user.office_id is None and self.review_url is not None:
            return self.review_url(matter)
        return self.url(matter)


class UnknownSubject(LookupError):
    """A matter of a kind that no chapter has registered."""


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Make a kind of document known. Raises ValueError where an action has no permission."""
    missing = [action for action in Action if action not in subject.permissions]
    if missing:
        raise ValueError(f"{subject.kind}: no permission for {', '.join(missing)}")
    _subjects[subject.kind] = subject


def forget(kind: str) -> None:
    """Take a kind out again; tests register kinds of their own."""
    _subjects.pop(kind, None)


def subject_of(matter: Matter) -> Subject:
    """The registered subject of a matter. Raises UnknownSubject."""
    try:
        return _subjects[matter.kind]
    except KeyError:
        raise UnknownSubject(matter.kind) from None


def known_subjects() -> list[Subject]:
    """Every registered kind, in the order of registration."""
    return list(_subjects.values())
