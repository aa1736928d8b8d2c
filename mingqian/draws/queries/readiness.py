"""Whether an approved application can be drawn now: every finding, with its citation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.accounts.roles import Role
from mingqian.audit.models import Event
from mingqian.committees.models import GroupSpecialty
from mingqian.draws.models import DrawApplication
from mingqian.workflow.models import MatterStatus
from mingqian.workflow.queries import current_version

from .pool import Survey
from .rules import Finding, Findings, Level, read_case
from .rules.case import Case
from .rules.meeting import PROCEDURE, check_committee, check_filing, check_same_meeting
from .rules.people import check_feasible
from .rules.supplement import check_series, check_since_approved
from .working_days import days_back

# Deeds that change who can be drawn, or who somebody is.
POOL_CHANGES = (
    "experts.add_unavailability",
    "experts.admit_expert",
    "experts.change_expert",
    "experts.change_membership",
    "experts.import_pool",
    "experts.restore_membership",
    "experts.suspend_membership",
    "experts.withdraw_unavailability",
)


def freeze_findings(
    application: DrawApplication, *, now: datetime | None = None, case: Case | None = None
) -> Findings:
    """What stands for and against freezing the pool now."""
    case = case or freeze_case(application, now=now)
    return Findings.of(
        [
            *_check_approved(application),
            *check_same_meeting(case),
            *check_series(case),
            *check_since_approved(case),
            *check_committee(case),
            *check_filing(case),
            *_check_window(case),
            *_check_since_submitted(case),
            *check_feasible(case),
            *_check_observer(case),
        ]
    )


def freeze_case(
    application: DrawApplication, *, now: datetime | None = None, survey: Survey | None = None
) -> Case:
    """Everything the findings look at, the judged pool among it."""
    return read_case(application, now=now or timezone.now(), errors={}, survey=survey)


def _check_approved(application: DrawApplication) -> Iterator[Finding]:
    matter = application.matter
    if application.ended_at is not None:
        yield Finding(
            "approved",
            Level.BLOCK,
            "补充抽取已终止",
            f"{timezone.localtime(application.ended_at):%Y-%m-%d %H:%M} 终止：{application.end_reason}。"
            "仍须补充的，请按现在的缺口重新申请。",
            PROCEDURE,
        )
    elif matter.status == MatterStatus.APPROVED:
        at = f"{timezone.localtime(matter.decided_at):%Y-%m-%d %H:%M}" if matter.decided_at else ""
        yield Finding("approved", Level.OK, "申请已审核通过", at, PROCEDURE)
    else:
        yield Finding(
            "approved",
            Level.BLOCK,
            "申请未审核通过",
            f"当前状态为{matter.get_status_display()}，审核通过后方可正式抽取。",
            PROCEDURE,
        )


def _check_window(case: Case) -> Iterator[Finding]:
    application = case.application
    if application.starts_at is None:
        return
    if case.too_late_at and case.too_late_at <= case.now:
        over = ("会议已经结束", "会议结束后不再补充抽取。")
        begun = ("会议开始时间已过", "抽取须在会议之前进行。")
        title, text = over if case.is_supplement else begun
        yield Finding("draw_window", Level.BLOCK, title, text, PROCEDURE)
        return
    meeting_on = timezone.localtime(application.starts_at).date()
    least, most = case.rules[case.lead_rule], case.rules["draw_lead_days_max"]
    first, last = days_back(meeting_on, most.whole), days_back(meeting_on, least.whole)
    days = case.days_ahead(case.now, meeting_on)
    window = f"{first} 至 {last}（会前 {least.whole} 至 {most.whole} 个工作日）"
    if days > most.whole:
        yield case.finding(
            most.key, "未到抽取时间", f"可抽取的日期为 {window}，今天是会前 {days} 个工作日。"
        )
    elif days < least.whole:
        yield case.finding(
            least.key,
            "已过抽取时间",
            f"可抽取的日期为 {window}，今天是会前 {days} 个工作日。请与人社部门商定改期。",
        )
    else:
        yield case.finding(
            least.key,
            "在规定的抽取时间内",
            f"会前 {days} 个工作日，可抽取的日期为 {window}",
            ok=True,
        )


def _check_since_submitted(case: Case) -> Iterator[Finding]:
    """What moved under the application since it was submitted: everybody at the ceremony should know."""
    application, then = case.application, case.application.rule_snapshot
    submitted_at = application.matter.submitted_at
    if not then or submitted_at is None:
        return
    moved = Event.objects.filter(
        office_id=application.office_id, action__in=POOL_CHANGES, at__gte=submitted_at
    ).count()
    counts = [
        f"{word} {before} → {after} 人"
        for word, before, after in (
            ("在库", then["in_pool"], case.survey.in_pool),
            ("可抽", then["eligible"], case.survey.eligible),
        )
        if before != after
    ]
    if moved or counts:
        text = "，".join([*([f"专家信息改动 {moved} 次"] if moved else []), *counts])
        yield Finding(
            "pool_since_submitted",
            Level.WARN,
            "提交申请以后评委库有改动",
            f"{text}。冻结前请监督人员核对操作日志。",
            PROCEDURE,
        )
    now = case.rules.snapshot()
    changed = [
        _told_change(then["rules"].get(key), now[key])
        for key in sorted(now)
        if then["rules"].get(key) != now[key]
    ]
    if changed:
        yield Finding(
            "rules_since_submitted",
            Level.WARN,
            "提交申请以后规则有改动",
            f"{'；'.join(changed)}。抽取按现行规则进行，变更记录见规则库。",
            PROCEDURE,
        )
    regrouped = _regrouped(application)
    if regrouped:
        yield Finding(
            "groups_since_submitted",
            Level.WARN,
            "提交申请以后学科组有改动",
            f"{'；'.join(regrouped)}。抽取按现行学科组进行，同组单位上限随之改变。",
            PROCEDURE,
        )


def _told_change(then: Mapping[str, str] | None, now: Mapping[str, str]) -> str:
    """同单位上限 2 → 3 人; where the number is the same, how strictly it is applied has changed."""
    if then is None:
        return f"{now['title']}（新增）"
    if then["value"] != now["value"]:
        unit = f" {now['unit']}" if now["unit"] else ""
        return f"{now['title']} {then['value'] or '未设'} → {now['value'] or '未设'}{unit}"
    if then["enforcement"] != now["enforcement"]:
        words = {"BLOCK": "禁止", "WARN": "提醒", "INFO": "说明"}
        before, after = (words.get(each["enforcement"], "") for each in (then, now))
        return f"{now['title']} {before} → {after}"
    return now["title"]


def _regrouped(application: DrawApplication) -> list[str]:
    """Specialties of the application that stand in another group than when it was submitted."""
    version = current_version(application.matter)
    if version is None or not application.by_group:
        return []
    now = dict(
        GroupSpecialty.objects.filter(
            committee=application.committee_id, year=application.year
        ).values_list("specialty__code", "group__name")
    )
    return [
        f"{row['name']} {row['group'] or '未编组'} → {now.get(row['specialty'], '未编组')}"
        for row in version.content.get("quotas") or []
        if (row["primary"] or row["alternate"]) and row["group"] != now.get(row["specialty"], "")
    ]


def _check_observer(case: Case) -> Iterator[Finding]:
    rule = case.rules["observer_parties_min"]
    if rule.whole < 1:
        return
    if User.objects.filter(role=Role.OBSERVER, is_active=True).exists():
        yield case.finding(
            rule.key,
            "监督人员须到场贡献随机数",
            "监督人员在自己的账号上录入，先承诺后揭示",
            ok=True,
        )
    else:
        yield case.finding(
            rule.key, "没有监督人员账号", "请系统管理员为监督人员建立账号，否则承诺无法到齐。"
        )
