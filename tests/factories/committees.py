"""Units, offices, committees and all that belongs to them, made through the services."""

from __future__ import annotations

from datetime import date
from itertools import count
from zoneinfo import ZoneInfo

from stdnum.cn import uscc

from mingqian.committees import services
from mingqian.committees.models import (
    Basis,
    Committee,
    CommitteeFiling,
    CommitteeLevel,
    CommitteeOffice,
    DisciplineGroup,
    Series,
    Specialty,
    Unit,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
_serial = count(1)


def credit_code(serial: int) -> str:
    """A well-formed unified social credit code that differs for every serial below 100 million."""
    body = f"11440000{serial:08d}X"
    return body + uscc.calc_check_digit(body)


def make_unit(name: str = "", **kwargs) -> Unit:
    serial = next(_serial)
    kwargs.setdefault("uscc", credit_code(serial))
    return services.save_unit(name=name or f"单位{serial}", by=None, **kwargs)


def make_office(name: str = "", **kwargs) -> CommitteeOffice:
    kwargs.setdefault("unit", None)
    unit = kwargs.pop("unit") or make_unit()
    facts = {
        "contact_name": "周敏",
        "contact_mobile": "13800138000",
        "address": "南江市建设路 1 号",
    } | kwargs
    return services.create_office(
        name=name or f"评委会办公室{next(_serial)}", unit=unit, by=None, **facts
    )


def make_specialties(names: list[str], *, series: str = "05", prefix: str = "") -> list[Specialty]:
    services.load_dictionaries()
    return services.add_specialties(
        series=Series.objects.get(code=series),
        prefix=prefix or f"T{next(_serial):05d}",
        names=names,
        by=None,
    )


def make_committee(
    name: str = "",
    *,
    office: CommitteeOffice | None = None,
    specialties: list[str] | list[Specialty] | None = None,
    code: str = "",
    series: str = "05",
    level: str = CommitteeLevel.SENIOR,
    basis: str = Basis.BY_SPECIALTY,
    filed_from: date | None = date(2025, 1, 1),
    **kwargs,
) -> Committee:
    """A committee with three specialties and a filing of three years; `filed_from=None` leaves it unfiled."""
    code = code or f"T{next(_serial):05d}"
    wanted = specialties or ["建筑设计", "结构工程", "给水排水"]
    made = [s for s in wanted if isinstance(s, Specialty)]
    if not made:
        made = make_specialties([str(s) for s in wanted], series=series, prefix=code)
    committee = services.create_committee(
        code=code,
        name=name or f"测试评审委员会{code}",
        level=level,
        basis=basis,
        series=Series.objects.get(code=series),
        specialties=made,
        convening_unit=kwargs.pop("convening_unit", None) or make_unit(),
        office=office or make_office(),
        by=None,
        **kwargs,
    )
    if filed_from is not None:
        make_filing(committee, valid_from=filed_from)
    return committee


def make_filing(
    committee: Committee, *, valid_from: date = date(2025, 1, 1), valid_to: date | None = None
) -> CommitteeFiling:
    from mingqian.rulebook.services import load_defaults

    load_defaults()
    return services.file_committee(
        committee,
        filing_no=f"南人社备〔{valid_from.year}〕{next(_serial)}号",
        approver=committee.convening_unit,
        valid_from=valid_from,
        valid_to=valid_to or date(valid_from.year + 2, 12, 31),
        by=None,
    )


def make_groups(
    committee: Committee, year: int = 2026, groups: list[tuple[str, list[str]]] | None = None
) -> list[DisciplineGroup]:
    """Groups by the names of their specialties; without names, one group for each specialty."""
    own = {s.name: s for s in committee.specialties.all()}
    named = groups or [(f"{name}组", [name]) for name in own]
    return services.set_groups(
        committee,
        year,
        groups=[(name, [own[s] for s in members]) for name, members in named],
        by=None,
    )


def groups_of(committee: Committee, year: int) -> list[tuple[str, list[str]]]:
    """The discipline groups of a committee in a year, in order: name and specialties by code."""
    groups = committee.groups.filter(year=year).order_by("order", "id")
    return [
        (g.name, [m.specialty.name for m in g.members.order_by("specialty__code")]) for g in groups
    ]
