"""The first chapter of the story: offices, committees, filings, groups, users, and both pools by workbook."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from mingqian.accounts.models import User
from mingqian.accounts.services import create_user
from mingqian.committees.models import Committee, CommitteeOffice, Series, Specialty, Unit, UnitType
from mingqian.committees.services import (
    add_specialties,
    create_committee,
    create_office,
    file_committee,
    save_unit,
    set_groups,
)
from mingqian.draws.models import DrawApplication

from .cast import BUILDING_LEAD, CAST, HEALTH_LEAD, HRSS_LEAD, Player
from .clock import Clock
from .places import BUILDING, COMMITTEES, CommitteeStory, credit_code


@dataclass
class Province:
    """What has been founded so far, by the keys of the story."""

    today: dt.date
    clock: Clock = field(default_factory=Clock)
    users: dict[str, User] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    offices: dict[str, CommitteeOffice] = field(default_factory=dict)
    committees: dict[str, Committee] = field(default_factory=dict)
    applications: dict[str, DrawApplication] = field(default_factory=dict)

    def user(self, player: Player) -> User:
        """The account of a player."""
        return self.users[player.username]

    def specialties(self, key: str) -> dict[str, Specialty]:
        """A committee's specialties by name."""
        return {s.name: s for s in self.committees[key].specialties.all()}


def found(province: Province) -> None:
    """Everything up to the users; the pools follow."""
    _enter(province, HRSS_LEAD)
    by = province.user(HRSS_LEAD)
    hrss = _authority("南江省人力资源和社会保障厅", 900_001, by=by)
    for number, story in enumerate(COMMITTEES):
        convening = _authority(story.convening_unit, 900_010 + number, by=by)
        province.offices[story.key] = create_office(
            name=story.office,
            unit=convening,
            head="江月白" if story is BUILDING else "梁素问",
            contact_name="李知微" if story is BUILDING else "顾清和",
            contact_mobile=f"1380013800{number + 1}",
            contact_phone=f"0790-555012{number + 1}",
            address=f"南江市中山路 {18 + number * 20} 号",
            postcode="510000",
            office_hours="工作日 8:30–12:00，14:00–17:30",
            by=by,
        )
        province.clock.wait(minutes=4)
        province.committees[story.key] = _committee(province, story, convening, hrss, by=by)
        province.clock.wait(minutes=11)
    for player in CAST:
        if player is not HRSS_LEAD:
            _enter(province, player)
            province.clock.wait(minutes=2)
    for story in COMMITTEES:
        _arrange_groups(province, story)


def _committee(
    province: Province, story: CommitteeStory, convening: Unit, hrss: Unit, *, by: User
) -> Committee:
    series = Series.objects.get(code=story.series)
    names = [name for _, specialties in story.groups for name in specialties]
    specialties = add_specialties(series=series, prefix=story.code, names=names, by=by)
    committee = create_committee(
        code=story.code,
        name=story.name,
        level="SENIOR",
        basis=story.basis,
        series=series,
        specialties=specialties,
        convening_unit=convening,
        office=province.offices[story.key],
        scope="全省范围内的正高级、副高级职称评审",
        by=by,
    )
    year = province.today.year
    file_committee(
        committee,
        filing_no=f"南江职备〔{year - 1}〕{17 if story is BUILDING else 23} 号",
        approver=hrss,
        valid_from=dt.date(year - 1, 2, 18),
        valid_to=dt.date(year + 2, 2, 17),
        by=by,
    )
    return committee


def _arrange_groups(province: Province, story: CommitteeStory) -> None:
    named = province.specialties(story.key)
    groups = [(name, [named[specialty] for specialty in members]) for name, members in story.groups]
    by = province.user(BUILDING_LEAD if story is BUILDING else HEALTH_LEAD)
    for year in (province.today.year - 1, province.today.year, province.today.year + 1):
        province.clock.wait(minutes=6)
        set_groups(province.committees[story.key], year, groups=groups, by=by)


def _authority(name: str, serial: int, *, by: User) -> Unit:
    return save_unit(
        name=name,
        uscc=credit_code("11", "440000", serial),
        unit_type=UnitType.ORGAN,
        region_code="440000",
        by=by,
    )


def _enter(province: Province, player: Player) -> None:
    user, password = create_user(
        username=player.username,
        real_name=player.real_name,
        role=player.role,
        office=province.offices.get(player.office),
        by=None,
        password=province.passwords.get(player.username),
        must_change=False,
    )
    province.users[player.username] = user
    province.passwords[player.username] = password
