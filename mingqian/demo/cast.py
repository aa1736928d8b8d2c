"""Who plays in the demo: the users of both offices, of the HRSS department, the observers, the administrator."""

from __future__ import annotations

from dataclasses import dataclass

from mingqian.accounts.roles import Role

from .places import BUILDING, HEALTH


@dataclass(frozen=True)
class Player:
    """One user of the demo; `office` is the key of a committee story, blank outside the offices."""

    username: str
    real_name: str
    role: Role
    office: str = ""


HRSS_LEAD = Player("rs-fuze", "周砚白", Role.HRSS_LEAD)
REVIEWER = Player("rs-shenhe", "沈知远", Role.REVIEWER)
OBSERVER = Player("jiandu", "何守正", Role.OBSERVER)
ADMINISTRATOR = Player("xitong", "邵明达", Role.SYSADMIN)
BUILDING_CLERK = Player("jz-jingban", "李知微", Role.CLERK, BUILDING.key)
BUILDING_LEAD = Player("jz-fuze", "江月白", Role.LEAD, BUILDING.key)
HEALTH_CLERK = Player("ws-jingban", "顾清和", Role.CLERK, HEALTH.key)
HEALTH_LEAD = Player("ws-fuze", "梁素问", Role.LEAD, HEALTH.key)

CAST = (
    BUILDING_CLERK,
    BUILDING_LEAD,
    HEALTH_CLERK,
    HEALTH_LEAD,
    REVIEWER,
    HRSS_LEAD,
    OBSERVER,
    ADMINISTRATOR,
)
