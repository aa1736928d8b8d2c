"""The dictionaries of the installation."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from mingqian.audit import services as audit

from ..dictionaries import SERIES, levels
from ..models import Series, Specialty
from .judging import NotAccepted, check, named, save_once


def load_dictionaries(model: type[Series] = Series) -> int:
    """Add the series that are missing; gives how many were added.

    Part of the installation (a migration calls it with its own model), hence without an audit entry.
    """
    with transaction.atomic():
        known = set(model.objects.values_list("code", flat=True))
        rows = [
            model(code=code, name=name, levels=levels(lowest, names))
            for code, name, lowest, names in SERIES
            if code not in known
        ]
        model.objects.bulk_create(rows)
    return len(rows)


def add_specialties(*, series: Series, prefix: str, names: Sequence[str], by) -> list[Specialty]:
    """Specialties of one committee code in the order given: prefix and two digits; known names are kept.

    Raises PermissionDenied and NotAccepted.
    """
    check(by, "committees.manage_committee")
    with transaction.atomic():
        known = {
            s.name: s for s in Specialty.objects.filter(code__startswith=prefix, series=series)
        }
        serial = max((int(s.code[-2:]) for s in known.values()), default=0)
        added = []
        for name in names:
            if name in known:
                continue
            serial += 1
            if serial > 99:
                raise NotAccepted("specialties", "一个评委会代码下最多 99 个专业。")
            known[name] = Specialty(
                code=f"{prefix}{serial:02d}", name=named(name, 50), series=series
            )
            save_once(known[name], "code", "专业代码已被占用。")
            added.append(known[name].code)
        if added:
            audit.record("committees.add_specialties", on=series, by=by, details={"codes": added})
    return [known[name] for name in names]
