"""What the official documents of a draw say, as plain data for their templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from fairdraw import OPEN_STRATUM
from mingqian.draws.models import Draw, DrawMode, Party, SeatType
from mingqian.draws.verification import judgement_of, tell
from mingqian.draws.words import certificate_words, keeper_words, mode_words
from mingqian.web.pdf import qr_svg

from .ceremony import frozen_plan, frozen_pool
from .chances import chances_of_draw
from .published import signed_with
from .roster import WHOLE_POOL, GroupRoster, Roster, RosterRow
from .strata import strata_words

EVENTS = {
    "frozen": "评委库与抽取规则已冻结",
    "committed": "已提交承诺",
    "closed": "各方承诺到齐，承诺总值已算定",
    "revealed": "已揭示",
    "all_revealed": "各方全部揭示，种子由此唯一确定",
    "executed": "正式抽取完成，凭证已签名存证",
    "abandoned": "本次抽取终止",
    "void_requested": "已提出作废",
    "voided": "已共同作废",
    "void_withdrawn": "已撤回作废",
}
SIGNATURES = (
    ("抽取工作人员", "评委会办公室"),
    ("审核人员", "人社部门"),
    ("监督人员", "全程在场监督"),
)


def moment(at: datetime | None) -> str:
    """Local time to the second, or a dash."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else "—"


def offline_url() -> str:
    """Where the page is that verifies a transcript without a network."""
    return f"{settings.MINGQIAN['PUBLIC_URL']}{reverse('draws:offline-verifier')}"


def verify_url(draw: Draw) -> str:
    """Where anybody verifies this draw."""
    address = reverse("draws:verify-code", args=[draw.short_code])
    return f"{settings.MINGQIAN['PUBLIC_URL']}{address}"


def transcript_name(draw: Draw) -> str:
    """The file name of the transcript."""
    return f"{draw.application.number}-凭证.json"


def head_of(draw: Draw, title: str, at: datetime) -> dict[str, Any]:
    """What stands on the letter-paper of every document."""
    application = draw.application
    void = f"{moment(draw.ended_at)} 作废：{draw.void_reason}" if draw.is_void else None
    return {
        "title": title,
        "committee": application.committee.name if application.committee else "",
        "number": application.number,
        "platform": settings.MINGQIAN["PLATFORM_NAME"],
        "printed": f"打印时间 {moment(at)}",
        "void": void,
        "watermark": None,
    }


def meeting_of(draw: Draw) -> str:
    """Name, time and place of the meeting on one line."""
    application = draw.application
    starts, ends = (
        timezone.localtime(each) if each else None
        for each in (application.starts_at, application.ends_at)
    )
    when = f"{starts:%Y-%m-%d %H:%M} 至 {ends:%m-%d %H:%M}" if starts and ends else ""
    return f"{application.meeting_name}　{when}　{application.place}".strip()


def record_data(
    draw: Draw, roster: Roster, *, at: datetime, later: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """评审专家抽取记录表: what was drawn and is signed for on the day stays as it was.

    `later`: what has become of the list since; it stands on a page of its own behind the signatures.
    """
    application = draw.application
    plan, totals = _plan(draw)
    drawn = [group for group in roster.groups if group.primaries]
    return head_of(draw, "评审专家抽取记录表", at) | {
        "facts": [
            ["评审会议", application.meeting_name],
            ["会议地点", application.place or "—"],
            ["会议时间", _meeting_time(draw)],
            ["抽取方式", application.get_mode_display()],
            ["抽取时间", moment(draw.executed_at)],
            ["抽取次序", _order_words(draw)],
            ["经办人", f"{application.handler_name}　{application.handler_phone}"],
            ["操作人", draw.executed_by.real_name if draw.executed_by else "—"],
            ["在库 / 可抽", f"{draw.pool_count} 人 / {draw.eligible_count} 人"],
            ["试抽取", f"{draw.trials_counted} 次，均不作结果"],
        ],
        "seats_note": _seats_note(draw),
        "fairness": _fairness(draw),
        "substitution": substitution_of(draw),
        "plan": plan,
        "totals": totals,
        "names_note": "，姓名已遮盖" if roster.masked else "",
        "primaries": [_people(group, group.primaries) for group in drawn],
        "designated": _designated(roster),
        "alternates": [
            _people(group, group.alternates) for group in roster.groups if group.alternates
        ],
        "events": [
            {"at": moment(event.at), "text": _event(event.kind, event.party)}
            for event in draw.events.all()
        ],
        "pool_root": draw.pool_root,
        "transcript_hash": draw.transcript_hash,
        "short_code": draw.short_code,
        "qr": qr_svg(verify_url(draw)),
        "later": list(later),
        "verify_url": f"{settings.MINGQIAN['PUBLIC_URL']}{reverse('draws:verify')}",
        "signatures": [list(block) for block in SIGNATURES],
    }


def _order_words(draw: Draw) -> str:
    """第 1 次; of a supplement its round and what it supplements before it."""
    first = draw.application.parent
    attempt = f"第 {draw.attempt} 次"
    if first is None:
        return attempt
    return f"第 {draw.application.round_no} 轮补充抽取（首次 {first.number}），{attempt}"


def _fairness(draw: Draw) -> str:
    """The certificate in one sentence, what it means, and how this draw stands."""
    chances = chances_of_draw(draw)
    if chances is None:
        return "冻结内容已被改动，机会无从核算。"
    bound, lowest = Fraction(*chances["bound"]), Fraction(*chances["lowest"])
    proved, meaning, own = certificate_words(bound, lowest)
    return f"{proved}{own}{meaning}抽取方法：{mode_words(chances['mode'])}。"


def _meeting_time(draw: Draw) -> str:
    starts, ends = draw.application.starts_at, draw.application.ends_at
    if not starts or not ends:
        return "—"
    return (
        f"{timezone.localtime(starts):%Y-%m-%d %H:%M} 至 {timezone.localtime(ends):%Y-%m-%d %H:%M}"
    )


def _event(kind: str, party: str) -> str:
    who = f"{Party(party).label}" if party in Party.values else ""
    return f"{who}{EVENTS.get(kind, kind)}"


def _plan(draw: Draw) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Seats by specialty with the number of eligible people, both as they were frozen."""
    plan = frozen_plan(draw)
    eligible = Counter(
        stratum for candidate in frozen_pool(draw).eligible for stratum in candidate.strata
    )
    words = strata_words(draw.application, plan)
    rows: list[dict[str, Any]] = [
        {
            "group": words[stratum.id].group or WHOLE_POOL,
            "specialty": words[stratum.id].specialty,
            "eligible": draw.eligible_count if stratum.id == OPEN_STRATUM else eligible[stratum.id],
            "primary": stratum.primary,
            "alternate": stratum.alternate,
        }
        for stratum in plan.strata
        if stratum.primary or stratum.alternate
    ]
    return rows, {
        "eligible": draw.eligible_count,
        "primary": sum(row["primary"] for row in rows),
        "alternate": sum(row["alternate"] for row in rows),
    }


def _seats_note(draw: Draw) -> str:
    cap = frozen_plan(draw).employer_cap
    several = (
        "；一人兼报几个专业的，可抽人数按专业重复计入"
        if draw.application.mode == DrawMode.BY_GROUP
        else ""
    )
    return (f"同一单位不超过 {cap} 人" if cap else "不限同一单位人数") + several


def substitution_of(draw: Draw) -> str:
    """How the order of substitution reads."""
    return (
        "同一专业内同类优先、按次序递补"
        if draw.application.mode == DrawMode.BY_GROUP
        else "同类优先、按次序递补"
    )


def _people(group: GroupRoster, rows: list[RosterRow]) -> dict[str, Any]:
    return {"name": group.name, "rows": [person_of(row) for row in rows]}


def person_of(row: RosterRow) -> dict[str, Any]:
    """One line of a list of people."""
    return {
        "order": row.rank if row.seat_type == SeatType.ALTERNATE else row.order,
        "name": row.name,
        "gender": row.gender,
        "unit": row.unit,
        "title": row.title,
        "level": row.level,
        "specialty": row.specialty,
        "duty": row.duty,
        "lot": row.lot,
    }


def _designated(roster: Roster) -> list[dict[str, str]]:
    return [
        {"name": row.name, "duty": row.duty, "unit": row.unit, "reason": row.reason}
        for group in roster.groups
        for row in group.designated
    ]


def notary_data(draw: Draw, *, at: datetime) -> dict[str, Any]:
    """抽取公证单: the proof without a single name."""
    application = draw.application
    transcript = bytes(draw.transcript or b"")
    verdict = tell(judgement_of(draw), transcript)
    parties = draw.contributions.select_related("user")
    lots: dict[str, list[str]] = {SeatType.PRIMARY: [], SeatType.ALTERNATE: []}
    for seat in draw.seats.exclude(seat_type=SeatType.DESIGNATED).order_by("id"):
        lots[seat.seat_type].append(seat.lot_code)
    return head_of(draw, "抽取公证单", at) | {
        "facts": [
            ["评审会议", application.meeting_name],
            ["会议时间", _meeting_time(draw)],
            ["抽取时间", moment(draw.executed_at)],
            [
                "席位",
                f"正选 {len(lots[SeatType.PRIMARY])} 席，备选 {len(lots[SeatType.ALTERNATE])} 席",
            ],
            ["抽取次序", _order_words(draw)],
            ["试抽取", f"{draw.trials_counted} 次，均记入承诺，不作结果"],
        ],
        "qr": qr_svg(verify_url(draw)),
        "short_code": draw.short_code,
        "verify_url": f"{settings.MINGQIAN['PUBLIC_URL']}{reverse('draws:verify')}",
        "offline_qr": qr_svg(offline_url()),
        "offline_url": offline_url(),
        "pool_note": f"在库 {draw.pool_count} 人，可抽 {draw.eligible_count} 人",
        "pool_root": draw.pool_root,
        "rules_hash": draw.rules_hash,
        "parties_note": f"{len(parties)} 方，先承诺后揭示，任何一方都不能左右结果",
        "parties": [
            {
                "label": str(Party(each.party).label),
                "person": each.user.real_name if each.user else "—",
                "keeper": keeper_words(each.party, self_held=each.self_held),
                "commitment": each.commitment,
                "nonce": each.nonce,
                "committed_at": moment(each.committed_at)[5:] or "—",
                "revealed_at": moment(each.revealed_at)[5:] or "—",
            }
            for each in parties
        ],
        "commit_hash": draw.commit_hash,
        "seed": draw.seed,
        "lottery_hash": draw.lottery_hash,
        "transcript_hash": draw.transcript_hash,
        "public_key": signed_with(draw),
        "parent": draw.previous,
        "panel": lots[SeatType.PRIMARY],
        "alternates": lots[SeatType.ALTERNATE],
        "transcript_name": transcript_name(draw),
        "fairness": _fairness(draw) if verdict.ok else "本凭证未通过验证，请勿采信。",
        "signatures": [list(block) for block in SIGNATURES],
    }


def sheet_data(roster: Any, texts: list[tuple[Any, str, str]], *, at: datetime) -> dict[str, Any]:
    """参评通知 to hand over on paper: one slip per message, with its link as a QR code."""
    return head_of(roster.draw, "参评通知", at) | {
        "deadline": f"{timezone.localtime(roster.answer_by):%Y-%m-%d %H:%M}"
        if roster.answer_by
        else "",
        "slips": [
            {
                "name": message.seat.expert.name,
                "kind": message.get_kind_display(),
                "text": text.replace(address, "见右侧二维码") if address else text,
                "qr": qr_svg(address) if address else "",
                "address": address,
            }
            for message, text, address in texts
        ],
    }
