"""Both pools come in the way an office brings them in: as workbooks, checked and then imported."""

from __future__ import annotations

from django.test.utils import override_settings

from mingqian.experts.models import PoolImport
from mingqian.experts.services import confirm_import, start_import

from .cast import BUILDING_CLERK, HEALTH_CLERK
from .founding import Province
from .people import experts_of
from .places import BUILDING, COMMITTEES, HEALTH
from .workbooks import pool_workbook, with_slips

# Of each committee, what a small demo takes: just enough for every seat of the story.
SMALL = {BUILDING.key: 420, HEALTH.key: 300}

# The background work is done on the spot: no worker runs yet while the story is told.
AT_ONCE = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}


def bring_in(province: Province, *, small: bool = False) -> None:
    """Import both registers. The building office's has a typist's slips, so its import shows bad rows."""
    # A year's register comes in March; until then the one of the year before stands.
    year = province.today.year - (province.today.month < 4)
    for story in COMMITTEES:
        people = experts_of(story, year=year)
        if small:
            people = people[: SMALL[story.key]]
        if story is BUILDING:
            people = with_slips(people)
        by = province.user(BUILDING_CLERK if story is BUILDING else HEALTH_CLERK)
        with override_settings(TASKS=AT_ONCE):
            register = start_import(
                committee=province.committees[story.key],
                filename=f"评委库名册-{story.name}-{year}.xlsx",
                content=pool_workbook(story, people, year=year),
                by=by,
            )
            province.clock.wait(minutes=8)
            confirm_import(PoolImport.objects.get(pk=register.pk), by=by)
        province.clock.wait(minutes=25)
