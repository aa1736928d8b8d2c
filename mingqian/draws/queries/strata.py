"""What the strata of a frozen plan are called."""

from __future__ import annotations

from dataclasses import dataclass

import fairdraw
from mingqian.committees.models import DisciplineGroup, Specialty
from mingqian.draws.models import DrawApplication

OPEN_WORDS = "不分专业"


@dataclass(frozen=True, slots=True)
class StratumWord:
    """Specialty and group of one stratum; no group in a whole-pool draw."""

    specialty: str
    group: str
    group_id: int | None


def strata_words(application: DrawApplication, plan: fairdraw.Plan) -> dict[str, StratumWord]:
    """Stratum id -> its words, in plan order."""
    codes = [stratum.id for stratum in plan.strata]
    names = dict(Specialty.objects.filter(code__in=codes).values_list("code", "name"))
    ids = [int(group) for group in plan.groups]
    groups = dict(DisciplineGroup.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {
        stratum.id: StratumWord(
            specialty=names.get(stratum.id, OPEN_WORDS),
            group=groups.get(int(stratum.group), "") if stratum.group else "",
            group_id=int(stratum.group) if stratum.group else None,
        )
        for stratum in plan.strata
    }
