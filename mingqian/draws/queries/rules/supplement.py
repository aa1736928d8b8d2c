"""Rules of a supplement: the series it belongs to stands, and nobody asks for more seats than are empty without a reason."""

from __future__ import annotations

from collections.abc import Iterator

from mingqian.draws.models import DrawStatus, SupplementReason
from mingqian.draws.queries.series import IN_DRAW, supplement_under_way

from .case import Case
from .finding import Finding, Level
from .meeting import PROCEDURE

LEAST_TEXT = 4
WAY_OUT = "请由评委会办公室负责人在申请页面终止本次补充抽取，按现在的缺口重新申请。"


def check_series(case: Case) -> Iterator[Finding]:
    """The first draw is in force, its roster can change, and no other supplement is under way."""
    application = case.application
    if not case.is_supplement or application.parent is None:
        return
    number = application.parent.number
    series = case.series
    if series is None:
        yield _finding(
            "first_draw",
            "首次抽取已不在有效状态",
            f"{number} 的抽取已作废或尚未抽取；须先有有效的首次抽取，才能补充抽取。",
        )
        return
    if series.roster.versions.filter(unlocked_at=None).exists():
        yield _finding("roster_locked", "评委名单已锁定", "须由人社部门解除锁定后，才能补充抽取。")
    other = supplement_under_way(application.parent)
    drawn = application.draws.filter(status=DrawStatus.EXECUTED).exists()
    if other is not None and other.pk != application.pk and not drawn:
        yield _finding(
            "other_supplement",
            f"另有补充抽取 {other.number} 正在办理",
            "同一名单一次只办理一份补充抽取，请先办结或终止那一份。",
        )
    if (application.starts_at, application.ends_at) != (
        application.parent.starts_at,
        application.parent.ends_at,
    ) and not application.draws.filter(status__in=[*IN_DRAW, DrawStatus.EXECUTED]).exists():
        yield Finding(
            "meeting_moved",
            Level.WARN if not application.matter.is_editable else Level.BLOCK,
            "会议时间与首次抽取不一致",
            f"{number} 的会议时间已改，保存本页即按新的时间核对。",
            PROCEDURE,
            anchor="#id_starts_at",
            section=1,
        )


def check_gap(case: Case) -> Iterator[Finding]:
    """As many seats as are empty, or fewer; more need a reason in words."""
    application, series = case.application, case.series
    if not case.is_supplement or series is None or case.grid.primaries == 0:
        return
    asked, gap, more = case.grid.primaries, series.gap, surplus(case)
    figure = f"缺口 {gap} 席，补充正选 {asked} 人{_where_more(case)}"
    told = len(application.reason_text.strip()) >= LEAST_TEXT
    if not application.reason:
        yield _finding("supplement_reason", "请选择补充事由", figure, anchor="#id_reason")
    elif more and not told:
        yield _finding(
            "supplement_reason",
            f"补充人数比缺口多 {more} 人，请说明理由",
            f"{figure}；请在事由说明中写明，至少 {LEAST_TEXT} 个字。",
            anchor="#id_reason_text",
        )
    elif application.reason == SupplementReason.OTHER and not told:
        yield _finding(
            "supplement_reason",
            "事由为「其他」时请写明具体情况",
            f"至少 {LEAST_TEXT} 个字。",
            anchor="#id_reason_text",
        )
    else:
        told_of = f"，多出 {more} 人已说明理由" if more else ""
        yield Finding(
            "supplement_reason",
            Level.OK,
            f"补充事由：{application.get_reason_display()}",
            figure + told_of,
            PROCEDURE,
        )


def surplus(case: Case) -> int:
    """Seats that the application asks for and that are not empty: in all, and by group in each specialty."""
    return case.series.beyond(case.grid.primaries, _asked(case)) if case.series else 0


def _asked(case: Case) -> dict[str, int]:
    return {row.code: row.primary for row in case.grid.rows} if case.grid.by_group else {}


def _where_more(case: Case) -> str:
    """Where there is a surplus: the specialties that get more seats than are empty there, in words."""
    if case.series is None or not surplus(case):
        return ""
    gaps = case.series.gaps
    words = [
        f"{row.name}缺 {gaps.get(row.code, 0)} 席、补充 {row.primary} 人"
        for row in case.grid.rows
        if case.grid.by_group and row.primary > gaps.get(row.code, 0)
    ]
    return f"（{'；'.join(words)}）" if words else ""


def check_since_approved(case: Case) -> Iterator[Finding]:
    """What was approved still fits: the same first draw, and no seat that is not empty any more.

    A surplus that stood when it was approved had its reason then; more than that has none.
    """
    application, series = case.application, case.series
    if series is None or application.ended_at is not None:
        return
    upon = application.rule_snapshot.get("approved", {})
    if upon and upon["first_draw"] != series.first.pk:
        yield _finding(
            "first_draw_changed",
            "首次抽取与审核通过时不同",
            f"{series.first.application.number} 的抽取已作废重抽，名单和缺口都已不同。{WAY_OUT}",
        )
        return
    asked, gap, more = case.grid.primaries, series.gap, surplus(case)
    told = len(application.reason_text.strip()) >= LEAST_TEXT
    allowed = upon["surplus"] if upon else more if told else 0
    title = f"名单现缺 {gap} 席，申请补充正选 {asked} 人"
    if more > allowed:
        where = _where_more(case)
        text = f"多出 {more - allowed} 人没有理由{where}，审核通过后名单有变动。{WAY_OUT}"
        yield _finding("gap_now", title, text)
    elif asked != gap or more:
        yield Finding("gap_now", Level.WARN, title, "抽取按批准的人数进行。", PROCEDURE)


def _finding(key: str, title: str, text: str, *, anchor: str = "#s1") -> Finding:
    return Finding(key, Level.BLOCK, title, text, PROCEDURE, anchor=anchor, section=1)
