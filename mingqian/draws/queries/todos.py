"""What waits for a user in this chapter: drafts, returned applications, reviews, draws to hold, people to ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.accounts.roles import Role
from mingqian.draws.models import (
    Answer,
    Draw,
    DrawApplication,
    DrawStatus,
    Position,
    Roster,
    RosterVersion,
)
from mingqian.rulebook.queries import RuleSet, rule_set
from mingqian.web.todos import TodoItem
from mingqian.workflow.models import MatterStatus, Opinion
from mingqian.workflow.reasons import reason_labels

from .answer_links import kept_declines, last_moment
from .applications import awaiting_review, visible_applications, with_state
from .ceremony import party_of
from .gaps import rosters_with_figures
from .rules.case import lead_rule
from .working_days import days_back

MOST = 50
CLOSING = time(17, 30)
UNDER_WAY = (DrawStatus.FROZEN, DrawStatus.COMMITTED)


def todos(user: User) -> list[TodoItem]:
    """Everything this user is the next to act on, each with its age and the last moment for it."""
    rules = rule_set()
    items: list[TodoItem] = []
    if user.may("draws.edit_application"):
        items += _returned(user, rules)
    if user.may("draws.submit_application"):
        items += _ready_drafts(user, rules)
    if user.may("draws.release_roster"):
        items += _unreleased(user)
    if user.may("draws.review_application"):
        items += _reviews(user, rules)
    if user.may("draws.contribute"):
        items += _draws(user, rules)
    if user.may("draws.void_draw"):
        items += _voids(user)
    if user.may("draws.confirm_seat"):
        items += _unconfirmed(user)
        items += _kept_declines(user)
    if user.may("draws.edit_application"):
        items += _gaps(user)
    if user.may("draws.lock_roster"):
        items += _complete(user)
    return items


def _last_moment(application: DrawApplication, rules: RuleSet) -> datetime | None:
    """The end of the last day on which the draw may still be held: approval must have come by then."""
    if application.starts_at is None:
        return None
    meeting_on = timezone.localtime(application.starts_at).date()
    last = days_back(meeting_on, rules[lead_rule(application)].whole)
    return timezone.make_aware(datetime.combine(last, CLOSING))


def _title(application: DrawApplication) -> str:
    return f"{application.number} {application.matter.title}"


def _returned(user: User, rules: RuleSet) -> Iterator[TodoItem]:
    rows = list(visible_applications(user).filter(matter__status=MatterStatus.RETURNED)[:MOST])
    opinions = Opinion.objects.filter(matter__in=[each.matter_id for each in rows])
    # In order of versions, so that the last one of each matter stays.
    last = {opinion.matter_id: opinion for opinion in opinions.order_by("version")}
    for application in rows:
        opinion = last.get(application.matter_id)
        reasons = "、".join(reason_labels(opinion.reasons)) if opinion else ""
        text = f"：{opinion.text[:40]}" if opinion else ""
        yield TodoItem(
            icon="arrow-back-up",
            tone="red",
            verb="退回修改",
            document=_title(application),
            why=f"{reasons}{text}",
            url=reverse("draws:edit", args=[application.number]),
            button="修改",
            waiting_since=application.matter.moved_at,
            due_at=_last_moment(application, rules),
            kind="draws.returned",
        )


def _ready_drafts(user: User, rules: RuleSet) -> Iterator[TodoItem]:
    """Drafts with everything filled in; the rules themselves are looked at when the lead opens one."""
    rows = (
        visible_applications(user)
        .filter(
            matter__status=MatterStatus.DRAFT,
            typed={},
            primary_total__gt=0,
            committee__isnull=False,
            starts_at__gt=timezone.now(),
            ends_at__isnull=False,
            planned_draw_at__isnull=False,
        )
        .exclude(meeting_name="")
        .exclude(handler_name="")
        .exclude(handler_phone="")
    )
    for application in rows[:MOST]:
        yield TodoItem(
            icon="send",
            tone="blue",
            verb="提交",
            document=_title(application),
            why=f"{application.handler_name} 已填写完整，正选 {application.primary_total} 人，待核对后提交审核",
            url=reverse("draws:edit", args=[application.number]),
            button="核对",
            waiting_since=application.saved_at,
            due_at=_last_moment(application, rules),
            kind="draws.draft",
        )


def _unreleased(user: User) -> Iterator[TodoItem]:
    """Lists drawn for a meeting ahead that nobody may be told of yet."""
    rows = (
        Roster.objects.visible_to(user)
        .filter(
            draw__status=DrawStatus.EXECUTED,
            released_at=None,
            draw__application__starts_at__gt=timezone.now(),
        )
        .select_related("draw__application__matter", "draw__application__committee")
    )
    for roster in rows[:MOST]:
        application = roster.draw.application
        yield TodoItem(
            icon="flag",
            tone="amber",
            verb="发布名单",
            document=_title(application),
            why="已抽取，发布名单后才能通知专家参评",
            url=reverse("draws:release", args=[application.number]),
            button="发布",
            waiting_since=roster.draw.executed_at,
            due_at=last_moment(application),
            kind="draws.unreleased",
        )


def _reviews(user: User, rules: RuleSet) -> Iterator[TodoItem]:
    matters = awaiting_review(user).select_related("office", "draw_application__matter")
    for matter in matters[:MOST]:
        application = matter.draw_application
        yield TodoItem(
            icon="rubber-stamp",
            tone="blue",
            verb="审核",
            document=f"{matter.number} {matter.title}",
            why=f"{matter.office.name}提交第 {matter.version} 版，正选 {application.primary_total} 人，试抽取 {application.trial_count} 次",
            url=reverse("draws:review", args=[matter.number]),
            button="审核",
            waiting_since=matter.submitted_at,
            due_at=_last_moment(application, rules),
            kind="draws.review",
        )


def _draws(user: User, rules: RuleSet) -> Iterator[TodoItem]:
    """Approved applications inside the window of the draw, and draws under way that lack this user's side."""
    rows = with_state(
        DrawApplication.objects.visible_to(user)
        .filter(matter__status=MatterStatus.APPROVED, ended_at=None, starts_at__gt=timezone.now())
        .select_related("matter", "office")
        .order_by("starts_at", "id")
    )
    today = timezone.localdate()
    for application in rows[:MOST]:
        status = application.draw_status  # type: ignore[attr-defined]
        if status in UNDER_WAY:
            yield from _under_way(user, application, rules)
        elif status is None and _window_open(application, rules, today):
            yield TodoItem(
                icon="dice-5",
                tone="amber",
                verb="正式抽取",
                document=_title(application),
                why=f"{application.office.name}，会议 {timezone.localtime(application.starts_at):%m-%d %H:%M}，已到抽取时间",
                url=_official(application),
                button="抽取",
                waiting_since=application.matter.decided_at,
                due_at=_last_moment(application, rules),
                kind="draws.official",
            )


def _window_open(application: DrawApplication, rules: RuleSet, today: date) -> bool:
    meeting_on = timezone.localtime(application.starts_at).date()  # type: ignore[arg-type]
    return today >= days_back(meeting_on, rules["draw_lead_days_max"].whole)


def _under_way(user: User, application: DrawApplication, rules: RuleSet) -> Iterator[TodoItem]:
    draw = application.draws.current().first()
    party = party_of(user)
    if draw is None or party is None:
        return
    made = draw.contributions.filter(party=party).first()
    frozen = draw.status == DrawStatus.FROZEN
    if frozen and made is not None:
        return
    if not frozen and (made is None or made.revealed_at is not None):
        return
    yield TodoItem(
        icon="key",
        tone="gold",
        verb="录入随机数" if frozen else "揭示随机数",
        document=_title(application),
        why="评委库已冻结，等待各方录入随机数" if frozen else "各方承诺已到齐，等待揭示",
        url=_official(application),
        button="录入" if frozen else "揭示",
        waiting_since=draw.frozen_at if frozen else draw.committed_at,
        due_at=_last_moment(application, rules),
        kind="draws.contribute",
    )


def _unconfirmed(user: User) -> Iterator[TodoItem]:
    """Rosters of meetings ahead on which somebody has not answered yet; due when answers are, or when it begins.

    Whoever may release a list is asked for that first.
    """
    unasked = {"released_at": None} if user.may("draws.release_roster") else {"pk__in": ()}
    rows = (
        Roster.objects.visible_to(user)
        .filter(draw__status=DrawStatus.EXECUTED, draw__application__starts_at__gt=timezone.now())
        .exclude(versions__in=RosterVersion.objects.filter(unlocked_at=None))
        .exclude(**unasked)
        .annotate(open=Count("standings", filter=Q(standings__position=Position.SEATED, standings__answer=Answer.UNCONFIRMED)))
        .filter(open__gt=0)
        .select_related("draw__application__matter")
        .order_by("draw__application__starts_at", "pk")
    )  # fmt: skip
    for roster in rows[:MOST]:
        application = roster.draw.application
        starts = timezone.localtime(application.starts_at)
        yield TodoItem(
            icon="user-check",
            tone="amber",
            verb="确认参评",
            document=_title(application),
            why=f"{roster.open} 人未确认，会议 {starts:%m-%d %H:%M}",
            url=reverse("draws:confirm", args=[application.number]),
            button="确认",
            waiting_since=roster.draw.executed_at,
            due_at=roster.answer_by or application.starts_at,
            kind="draws.confirm",
        )


def _kept_declines(user: User) -> Iterator[TodoItem]:
    """Declines by link that came while a supplement was being drawn; to be registered as soon as it is over."""
    kept = Count("standings", filter=Q(standings__in=kept_declines()))
    rows: Any = Roster.objects.visible_to(user).filter(
        draw__status=DrawStatus.EXECUTED, draw__application__starts_at__gt=timezone.now()
    )
    rows = rows.annotate(kept=kept).filter(kept__gt=0).select_related("draw__application__matter")
    for roster in rows.order_by("draw__application__starts_at", "pk")[:MOST]:
        application = roster.draw.application
        yield TodoItem(
            icon="user-check",
            tone="red",
            verb="登记不参评",
            document=_title(application),
            why=f"{roster.kept} 人在补充抽取期间经链接答复不参评，待登记",
            url=reverse("draws:confirm", args=[application.number]),
            button="登记",
            waiting_since=roster.draw.executed_at,
            due_at=application.starts_at,
            kind="draws.kept_decline",
        )


def _open_rosters(user: User) -> Any:
    """Rosters of meetings ahead with their figures, not locked, with no supplement under way; the next one first."""
    rows: Any = rosters_with_figures(user)
    rows = rows.filter(open_number=None, draw__application__starts_at__gt=timezone.now())
    rows = rows.exclude(versions__in=RosterVersion.objects.filter(unlocked_at=None))
    return rows.order_by("draw__application__starts_at", "pk")


def _gaps(user: User) -> Iterator[TodoItem]:
    """Seats that nobody holds and for which nobody waits or may enter."""
    for roster in _open_rosters(user).filter(gap__gt=0)[:MOST]:
        application = roster.draw.application
        yield TodoItem(
            icon="alert-triangle",
            tone="red",
            verb="补充抽取",
            document=_title(application),
            why=f"席位空缺 {roster.gap} 个，备选余 {roster.waiting} 人",
            url=f"{reverse('draws:supplement-new')}?roster={application.number}",
            button="申请",
            waiting_since=roster.draw.executed_at,
            due_at=application.starts_at,
            kind="draws.gap",
        )


def _complete(user: User) -> Iterator[TodoItem]:
    """Everybody has confirmed: the list can be locked."""
    rows = _open_rosters(user).filter(gap=0, vacant=0, unconfirmed=0, confirmed__gt=0)
    for roster in rows[:MOST]:
        application = roster.draw.application
        yield TodoItem(
            icon="lock",
            tone="green",
            verb="锁定名单",
            document=_title(application),
            why=f"应到 {roster.due} 人全部确认参评",
            url=reverse("draws:lock", args=[application.number]),
            button="锁定",
            waiting_since=roster.draw.executed_at,
            due_at=application.starts_at,
            kind="draws.lock",
        )


def _voids(user: User) -> Iterator[TodoItem]:
    """Draws that the other side has asked to declare void: confirmed or not, this side is next."""
    mine, other = ("hrss", "observer") if user.role == Role.HRSS_LEAD else ("observer", "hrss")
    rows = Draw.objects.visible_to(user).filter(
        **{
            "status": DrawStatus.EXECUTED,
            f"void_{mine}_at": None,
            f"void_{other}_at__isnull": False,
        }
    )
    for draw in rows.select_related("application__matter").order_by("pk")[:MOST]:
        yield TodoItem(
            icon="ban",
            tone="red",
            verb="确认作废",
            document=_title(draw.application),
            why=f"另一方提出作废：{draw.void_reason}",
            url=_official(draw.application),
            button="核对",
            waiting_since=getattr(draw, f"void_{other}_at"),
            due_at=draw.application.starts_at,
            kind="draws.void",
        )


def _official(application: DrawApplication) -> str:
    """The page of the official draw."""
    return reverse("draws:official", args=[application.number])
