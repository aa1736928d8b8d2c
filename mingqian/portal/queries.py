"""What the home page shows, all of it read from the chapters below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.apps import apps
from django.core.cache import cache as kept
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.accounts.roles import Role
from mingqian.committees.models import Committee, DisciplineGroup
from mingqian.draws.models import Draw, DrawApplication, DrawSeat, DrawStatus, SeatQuota, SeatType
from mingqian.draws.queries.applications import State, state_of, visible_applications
from mingqian.experts.models import (
    Expert,
    ExpertStatus,
    MembershipSpecialty,
    MembershipStatus,
    PoolMembership,
)
from mingqian.web.components import CoverageRow, MonthFigures, Tone
from mingqian.web.todos import TodoItem, sort_key
from mingqian.workflow.models import MatterStatus

COUNT_KEPT_SECONDS = 15
GROUPS_SHOWN = 8
MEETINGS_SHOWN = 4

Answer = Callable[[Any], list[TodoItem]]


@cache
def sources() -> tuple[Answer, ...]:
    """Each chapter's own answer to "what waits for this user": `queries.todos`, a function or a module holding one."""
    found = []
    for app in apps.get_app_configs():
        if not app.name.startswith("mingqian.") or app.label == "portal":
            continue
        for name in (f"{app.name}.queries.todos", f"{app.name}.queries"):
            if (module := _module(name)) is not None and callable(
                answer := getattr(module, "todos", None)
            ):
                found.append(answer)
                break
    return tuple(found)


def _module(name: str) -> ModuleType | None:
    try:
        return import_module(name) if find_spec(name) is not None else None
    except ModuleNotFoundError:  # the parent is no package, so it has no such part
        return None


def todos(user: User) -> list[TodoItem]:
    """Everything that waits for a user: deadlines first, then what has waited longest."""
    if user.is_sysadmin:
        return []
    items = sorted((item for source in sources() for item in source(user)), key=sort_key)
    kept.set(_count_key(user), len(items), COUNT_KEPT_SECONDS)
    return items


def todo_count(user: User) -> int:
    """How many wait, for the bar: at most a few seconds old, so that no page pays for counting."""
    count = kept.get(_count_key(user))
    return count if count is not None else len(todos(user))


def _count_key(user: User) -> str:
    return f"portal:todo-count:{user.pk}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the four figures."""

    label: str
    value: int
    icon: str
    tone: Tone
    url: str = ""
    beside: str = ""
    beside_note: str = ""
    beside_tone: str = ""


def draw_figures(user: User, items: list[TodoItem], today: date) -> list[Figure]:
    """待我办理 · 本年已抽取 · 本年抽中人次 · 受限专家."""
    executed = _executed(user)
    this_year = executed.filter(executed_at__gte=_start_of(today.year))
    before = executed.filter(
        executed_at__gte=_start_of(today.year - 1),
        executed_at__lt=_same_day_last_year(timezone.localtime()),
    ).count()
    count = this_year.count()
    seats = DrawSeat.objects.filter(draw__in=this_year)
    primary = seats.filter(seat_type=SeatType.PRIMARY).count()
    alternates = seats.filter(seat_type=SeatType.ALTERNATE).count()
    due = sum(item.is_due_today for item in items)
    figures = [
        Figure(
            "待我办理",
            len(items),
            "inbox",
            "amber",
            "portal:todos",
            f"{due} 件",
            "今天到期",
            "down" if due else "",
        ),
        _compared("本年已抽取", count, before),
        Figure(
            "本年抽中人次", primary, "users-group", "teal", "", f"{alternates} 人次", "另有备选"
        ),
    ]
    if user.is_observer:
        return figures
    experts = Expert.objects.visible_to(user)
    limited = experts.filter(status__in=[ExpertStatus.SUSPENDED, ExpertStatus.DISQUALIFIED]).count()
    in_pool = experts.filter(status=ExpertStatus.ACTIVE).count()
    return [
        *figures,
        Figure(
            "受限专家", limited, "shield-x", "red", "experts:list", f"{in_pool:,} 人", "正常在库"
        ),
    ]


def _compared(label: str, count: int, before: int) -> Figure:
    change = count - before
    sign = f"↑ {change} 次" if change > 0 else f"↓ {-change} 次" if change < 0 else "持平"
    tone = "up" if change > 0 else "down" if change < 0 else ""
    return Figure(label, count, "dice-5", "blue", "draws:list", sign, "比上年同期", tone)


def _executed(user: User) -> QuerySet[Draw]:
    return Draw.objects.visible_to(user).filter(status=DrawStatus.EXECUTED)


def _start_of(year: int, month: int = 1) -> datetime:
    return datetime(year, month, 1, tzinfo=timezone.get_current_timezone())


def _same_day_last_year(now: datetime) -> datetime:
    try:
        return now.replace(year=now.year - 1)
    except ValueError:  # 29 February
        return now.replace(year=now.year - 1, day=28)


def months_of_draws(user: User, today: date) -> list[MonthFigures]:
    """Draws and people drawn in each of the last twelve months, this one last."""
    first = _months_before(today, 11)
    executed = _executed(user).filter(executed_at__gte=_start_of(first.year, first.month))
    rows = (
        executed.annotate(month=TruncMonth("executed_at"))
        .values("month")
        .annotate(
            draws=Count("pk", distinct=True),
            people=Count("seats", filter=Q(seats__seat_type=SeatType.PRIMARY)),
        )
        .order_by("month")
    )
    found = {(r["month"].year, r["month"].month): (r["draws"], r["people"]) for r in rows}
    figures = []
    for back in range(11, -1, -1):
        day = _months_before(today, back)
        draws, people = found.get((day.year, day.month), (0, 0))
        figures.append(MonthFigures(f"{day.month}月", draws, people, str(day.month)))
    return figures


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def coverage_by_group(user: User, today: date) -> list[CoverageRow]:
    """Members of each discipline group of this year against the seats of its latest application, scarcest first."""
    groups = list(
        DisciplineGroup.objects.filter(
            committee__in=Committee.objects.visible_to(user).active(), year=today.year
        )
        .select_related("committee")
        .order_by("committee__code", "order")
    )
    people = _members_by_group(groups, today) if groups else {}
    if not people:
        return []
    seats = _usual_seats(groups)
    rows = [
        CoverageRow(
            label=group.name.removesuffix("组"),
            available=people.get(group.pk, 0),
            usual_seats=seats.get(group.pk, 0),
        )
        for group in groups
    ]
    rows.sort(key=lambda row: (row.multiple is None, row.multiple or 0))
    return rows[:GROUPS_SHOWN]


def _members_by_group(groups: list[DisciplineGroup], today: date) -> dict[int, int]:
    """People in force today whose main specialty lies in the group."""
    in_force = PoolMembership.objects.filter(
        committee_id__in={g.committee_id for g in groups},
        status=MembershipStatus.ACTIVE,
        term_from__lte=today,
        term_to__gte=today,
        expert__status=ExpertStatus.ACTIVE,
    )
    rows = (
        MembershipSpecialty.objects.filter(
            membership__in=in_force,
            order=1,
            specialty__groups__in=groups,
            specialty__groups__committee_id=F("membership__committee_id"),
        )
        .values("specialty__groups")
        .annotate(people=Count("membership__expert", distinct=True))
    )
    return {row["specialty__groups"]: row["people"] for row in rows}


def _usual_seats(groups: list[DisciplineGroup]) -> dict[int, int]:
    """Primary seats by group in the latest application of each committee that was ever submitted."""
    quotas = (
        SeatQuota.objects.filter(group__in=groups, application__matter__submit_count__gt=0)
        .order_by("application_id")
        .values_list("application_id", "application__committee_id", "group_id", "primary")
    )
    latest: dict[int, int] = {}
    seats: dict[tuple[int, int], int] = {}
    for application, committee, group, primary in quotas:
        latest[committee] = application
        seats[application, group] = seats.get((application, group), 0) + primary
    return {g.pk: seats.get((latest.get(g.committee_id, 0), g.pk), 0) for g in groups}


@dataclass(frozen=True, slots=True)
class MeetingAhead:
    """A meeting to come and how far its draw is."""

    name: str
    committee: str
    starts_at: datetime
    ends_at: datetime | None
    place: str
    state: str
    tone: Tone
    number: str = ""

    @property
    def when(self) -> str:
        """11-19 09:00 至 11-20·人才大厦三层."""
        start = timezone.localtime(self.starts_at)
        words = f"{start:%m-%d %H:%M}"
        if self.ends_at is not None and timezone.localtime(self.ends_at).date() != start.date():
            words += f" 至 {timezone.localtime(self.ends_at):%m-%d}"
        return f"{words}·{self.place}" if self.place else words


def meetings_ahead(user: User, now: datetime) -> list[MeetingAhead]:
    """The next meetings: those applied for with the state of their draw, and those still without an application."""
    applied = (
        visible_applications(user)
        .filter(starts_at__gte=now - timedelta(hours=12))
        .exclude(matter__status__in=[MatterStatus.REJECTED, MatterStatus.CANCELLED])
        .exclude(committee=None)
        .filter(ended_at=None)
        .order_by("starts_at", "pk")[:MEETINGS_SHOWN]
    )
    found = [_meeting_of(application, state_of(application)) for application in applied]
    return sorted(found, key=lambda m: m.starts_at)[:MEETINGS_SHOWN]


def _meeting_of(application: DrawApplication, state: State) -> MeetingAhead:
    assert application.committee is not None
    assert application.starts_at is not None
    return MeetingAhead(
        application.meeting_name or application.committee.name,
        application.committee.name,
        application.starts_at,
        application.ends_at,
        application.place,
        state.word,
        state.tone,
        application.number,
    )


def user_figures() -> list[Figure]:
    """What the system administrator may see: accounts, nothing of the business."""
    counts = User.objects.aggregate(
        active=Count("pk", filter=Q(is_active=True)),
        off=Count("pk", filter=Q(is_active=False)),
        first=Count("pk", filter=Q(is_active=True, must_change=True)),
        office=Count("office", distinct=True, filter=Q(is_active=True)),
    )
    return [
        Figure("启用账号", counts["active"], "users", "blue", "accounts:users"),
        Figure("停用账号", counts["off"], "user-off", "red", "accounts:users"),
        Figure("待首次改密", counts["first"], "key", "amber", "accounts:users"),
        Figure("已开通办公室", counts["office"], "building", "teal"),
    ]


def users_by_role() -> list[tuple[str, int, int]]:
    """Role, active accounts, accounts switched off."""
    rows = User.objects.values("role").annotate(
        active=Count("pk", filter=Q(is_active=True)), off=Count("pk", filter=Q(is_active=False))
    )
    by_role: dict[str, Any] = {row["role"]: row for row in rows}
    return [
        (role.label, by_role.get(role, {}).get("active", 0), by_role.get(role, {}).get("off", 0))
        for role in Role
    ]
