"""A kind of document that exists only in tests, so that the workflow is tried without any chapter above it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mingqian.committees.models import CommitteeOffice
from mingqian.workflow import services, subjects
from mingqian.workflow.models import Action, Matter
from mingqian.workflow.subjects import Defect, Subject

KIND = "tests.note"


@dataclass
class Note:
    """What the test's document says, and what is wrong with it."""

    content: dict[str, Any] = field(default_factory=lambda: {"text": "第一稿"})
    defects: list[Defect] = field(default_factory=list)
    settled: list[tuple[str, str]] = field(default_factory=list)

    def check_ready(self, action: Action, matter: Matter, by) -> list[Defect]:
        return self.defects if action == Action.SUBMIT else []

    def snapshot(self, matter: Matter) -> dict[str, Any]:
        return dict(self.content)

    def settle(self, action: Action, matter: Matter, by, at: datetime) -> None:
        self.settled.append((str(action), str(matter.status)))


@contextmanager
def notes() -> Iterator[Note]:
    """Register the test's kind of document for the length of the block."""
    note = Note()
    office, review = "draws.submit_application", "draws.review_application"
    subjects.register(
        Subject(
            kind=KIND,
            label="测试文书",
            check_ready=note.check_ready,
            snapshot=note.snapshot,
            settle=note.settle,
            url=lambda matter: f"/notes/{matter.number}/",
            review_url=lambda matter: f"/review/notes/{matter.number}/",
            permissions={
                Action.SUBMIT: office,
                Action.WITHDRAW: office,
                Action.CANCEL: "draws.edit_application",
                Action.APPROVE: review,
                Action.RETURN: review,
                Action.REJECT: review,
            },
        )
    )
    try:
        yield note
    finally:
        subjects.forget(KIND)


def make_matter(
    office: CommitteeOffice, by, *, title: str = "测试文书", year: int = 2026
) -> Matter:
    return services.open_matter(KIND, prefix="CS", year=year, title=title, office=office, by=by)
