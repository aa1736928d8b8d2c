"""How an application is changed: one lock, one guard against two editors, one audit entry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.draws.models import DrawApplication
from mingqian.workflow.models import Matter
from mingqian.workflow.services import NotEditable


class SavedMeanwhile(RuntimeError):
    """Somebody else saved a newer revision than the one the change was made on; nothing was changed."""

    def __init__(self, application: DrawApplication) -> None:
        super().__init__(f"{application} is at revision {application.revision}")
        self.application = application


@dataclass(slots=True)
class Edit:
    """A change under way: the locked row, and the words of what changed so far."""

    application: DrawApplication
    by: User
    at: datetime
    changed: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    # What a deed has to tell whoever asked for it: a code, blank where all went as asked.
    outcome: str = ""

    def put(self, name: str, value: Any, *, label: str = "") -> None:
        """Set a column, noting it if it is another value."""
        if getattr(self.application, name) != value:
            setattr(self.application, name, value)
            self.note(
                label or str(getattr(DrawApplication._meta.get_field(name), "verbose_name", name))
            )

    def note(self, label: str) -> None:
        """Say that something changed."""
        if label not in self.changed:
            self.changed.append(label)


def _held(application: DrawApplication, by: User) -> DrawApplication:
    """The application and its matter, both rows locked, if it is this person's to change now.

    The matter first, as `workflow.perform` does: in any other order an edit and a submission at the same
    moment would wait for each other forever.
    """
    matter = Matter.objects.select_for_update().get(pk=application.matter_id)
    if by.office_id != matter.office_id:
        raise PermissionDenied("another office")
    if not matter.is_editable:
        raise NotEditable(matter)
    held = (
        DrawApplication.objects.select_for_update(of=("self",))
        .select_related("committee", "committee__series")
        .get(pk=application.pk)
    )
    held.matter = matter
    return held


@contextmanager
def editing(
    application: DrawApplication,
    *,
    by: User,
    action: str,
    revision: int | None = None,
    form_key: str = "",
    tick: int = 0,
    at: datetime | None = None,
) -> Iterator[Edit]:
    """Hold the application for a change; on leaving, store it with one audit entry, if anything changed.

    `revision` is the one the editor saw (None: whichever is current). A stale revision is accepted from
    the rendered form (`form_key`) that itself made the newer ones, and from anyone whose change turns
    out to be none; otherwise SavedMeanwhile. A post of that form older than its last (`tick`) is ignored.
    Raises workflow.services.NotEditable after submission, PermissionDenied for the wrong role or office.
    """
    check(by, "draws.edit_application")
    at = at or timezone.now()
    with transaction.atomic():
        held = _held(application, by)
        same_form = bool(form_key) and held.saved_form == form_key
        stale = revision is not None and revision != held.revision and not same_form
        late = same_form and 0 < tick < held.saved_tick
        edit = Edit(held, by, at)
        yield edit
        if late:
            transaction.set_rollback(True)
            return
        if not edit.changed:
            return
        if stale:
            raise SavedMeanwhile(held)
        held.revision += 1
        held.saved_tick = max(tick, held.saved_tick if same_form else 0)
        held.saved_form = form_key
        held.saved_at, held.saved_by = at, by
        held.save()
        title = held.meeting_name or (held.committee.name if held.committee else held.number)
        if held.matter.title != title[:200]:
            held.matter.title = title[:200]
            held.matter.save(update_fields=["title"])
        record(
            action,
            on=held.matter,
            by=by,
            office_id=held.office_id,
            details={"changed": edit.changed, "revision": held.revision, **edit.details},
            at=at,
        )
