"""Both pools come in the way an office brings them in: as workbooks, checked and then imported."""

from __future__ import annotations

from django.test.utils import override_settings

from mingqian.experts.models import PoolImport
from mingqian.experts.services import confirm_import, start_import

from .cast import BUILDING_CLERK, HEALTH_CLERK
from .founding import Province
from .people import experts_of
from .places import BUILDING, COMMITTEES
from .workbooks import pool_workbook, with_slips

# The background work is done on the spot: no worker runs yet while the story is told.
AT_ONCE = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}


def bring_in(province: Province, *, small: bool = False) -> None:
    """Import both registers. The building office's has a typist's slips, so its import shows bad rows."""
    year = province.today.year
    for story in COMMITTEES:
        people = experts_of(story, year=year)
        if story is BUILDING:
            people = with_slips(people)
        elif small:
            people = people[:500]
        by = province.user(BUILDING_CLERK if story is BUILDING else HEALTH_CLERK)
        with override_settings(TASKS=AT_ONCE):
            register = start_import(
                committee=province.committees[story.key],
                filename=f"评委库名册-{story.name}-{year}.xlsx",
                content=pool_workbook(story, people, year=year),
                by=by,
            )
            confirm_import(PoolImport.objects.get(pk=register.pk), by=by)
