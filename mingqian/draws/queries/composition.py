"""What a roster is made of: those who sit now by group, level, unit, region, gender and first time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mingqian.draws.models import DrawStatus, Position, Roster, Standing
from mingqian.web.charts import shares
from mingqian.web.components import Chart

from .roster import APPOINTED, WHOLE_POOL

MOST_BARS = 8
UNKNOWN = "未登记"
NARROW = 340


@dataclass(frozen=True)
class Facet:
    """One way to look at the roster, drawn twice: for a desk and for a phone."""

    title: str
    note: str
    chart: Chart
    narrow: Chart


def composition_of(roster: Roster, seated: Iterable[Standing]) -> list[Facet]:
    """Every facet of those who sit now; nobody who declined, nobody who waits."""
    people = list(seated)
    if not people:
        return []
    first = first_timers(roster, people)
    units = Counter(each.expert.unit.name if each.expert.unit else UNKNOWN for each in people)
    return [
        _facet("学科组", _counted(map(_group, people))),
        _facet("职称级别", _counted(each.expert.get_title_level_display() for each in people)),
        _facet("工作单位", units.most_common(), f"共 {len(units)} 个单位"),
        _facet("所在地区", _counted(each.expert.region_name or UNKNOWN for each in people)),
        _facet("性别", _counted(each.expert.get_gender_display() for each in people)),
        _facet(
            "首次参评",
            [("首次参评", len(first)), ("曾经参评", len(people) - len(first))],
            "此前会议中未曾在席的算首次",
        ),
    ]


def first_timers(roster: Roster, seated: Iterable[Standing]) -> set[int]:
    """Experts who have not sat in an earlier meeting of any committee."""
    experts = {each.expert_id for each in seated}
    starts = roster.draw.application.starts_at
    earlier = Standing.objects.filter(
        expert__in=experts,
        position=Position.SEATED,
        roster__draw__status=DrawStatus.EXECUTED,
    ).exclude(roster=roster)
    if starts is not None:
        earlier = earlier.filter(roster__draw__application__starts_at__lt=starts)
    return experts - set(earlier.values_list("expert_id", flat=True))


def _group(standing: Standing) -> str:
    place = standing.place
    if place is None or place.duty:
        return APPOINTED
    return place.group.name if place.group else WHOLE_POOL


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    """Most first; what is as many in the order in which it came."""
    return Counter(words).most_common()


def _facet(title: str, rows: list[tuple[str, int]], note: str = "") -> Facet:
    total = sum(count for _, count in rows)
    shown = rows
    if len(rows) > MOST_BARS:
        rest = rows[MOST_BARS - 1 :]
        shown = [*rows[: MOST_BARS - 1], (f"其余 {len(rest)} 项", sum(n for _, n in rest))]
    return Facet(
        title,
        note,
        shares(title, shown, total=total, every=rows),
        shares(title, shown, total=total, every=rows, width=NARROW),
    )
