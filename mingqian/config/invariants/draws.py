"""Applications and official draws: every draw is verified anew, as a stranger would."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from fairdraw.verify import verify
from mingqian.draws.models import (
    Contribution,
    DesignatedMember,
    Draw,
    DrawApplication,
    DrawMode,
    DrawSeat,
    DrawStatus,
    FrozenMember,
    Party,
    SeatQuota,
    SeatType,
    TrialDraw,
)
from mingqian.draws.queries.ceremony import is_unchanged
from mingqian.workflow.models import MatterStatus

from .counting import number_of

_WITH_RESULT = [DrawStatus.EXECUTED, DrawStatus.VOIDED]
_TYPES = {SeatType.PRIMARY: "panel", SeatType.ALTERNATE: "alternates"}


def applications_belong_to_one_office() -> Iterator[str]:
    wrong = ~Q(office_id=F("matter__office_id")) | (
        Q(committee__isnull=False) & ~Q(committee__office_id=F("office_id"))
    )
    for application in DrawApplication.objects.filter(wrong).select_related("matter"):
        yield f"{application.matter.number} 的部门、业务与评委会不一致"


def totals_are_the_sum_of_the_seats() -> Iterator[str]:
    """Of what was submitted, by group: the totals are the sums of the grid."""
    sums = SeatQuota.objects.filter(application=OuterRef("pk")).order_by().values("application")
    rows = DrawApplication.objects.filter(
        mode=DrawMode.BY_GROUP, matter__status__in=[MatterStatus.SUBMITTED, MatterStatus.APPROVED]
    ).annotate(
        primary=Coalesce(Subquery(sums.annotate(n=Sum("primary")).values("n")), 0),
        alternate=Coalesce(Subquery(sums.annotate(n=Sum("alternate")).values("n")), 0),
    )
    wrong = ~Q(primary=F("primary_total")) | ~Q(alternate=F("alternate_total"))
    for row in rows.filter(wrong).select_related("matter"):
        yield (
            f"{row.matter.number}：正选合计 {row.primary_total}、备选合计 {row.alternate_total}，"
            f"各专业之和为 {row.primary}、{row.alternate}"
        )


def trials_are_counted() -> Iterator[str]:
    rows = DrawApplication.objects.annotate(
        kept=number_of(TrialDraw.objects.all(), "application")
    ).exclude(kept=F("trial_count"))
    for row in rows.select_related("matter"):
        yield f"{row.matter.number}：记 {row.trial_count} 次试抽取，存有 {row.kept} 次"


def draws_follow_an_approval() -> Iterator[str]:
    for draw in Draw.objects.exclude(application__matter__status=MatterStatus.APPROVED):
        yield f"{draw} 的申请没有审核通过"
    for draw in Draw.objects.current().exclude(application__ended_at=None):
        yield f"{draw} 的申请已经终止"
    for draw in Draw.objects.exclude(office_id=F("application__office_id")):
        yield f"{draw} 属于另一个部门"


def drawn_once_at_most() -> Iterator[str]:
    executed = Draw.objects.filter(status=DrawStatus.EXECUTED)
    rows = DrawApplication.objects.annotate(drawn=number_of(executed, "application")).filter(
        drawn__gt=1
    )
    for row in rows.select_related("matter"):
        yield f"{row.matter.number} 有 {row.drawn} 个有效的正式抽取结果"


def void_takes_two_people() -> Iterator[str]:
    alone = (
        Q(void_hrss_by__isnull=True)
        | Q(void_observer_by__isnull=True)
        | Q(void_hrss_by=F("void_observer_by"))
        | Q(void_reason="")
    )
    for draw in Draw.objects.filter(alone, status=DrawStatus.VOIDED):
        yield f"{draw} 的作废缺少人社部门或监督人员，或没有理由"


def operators_do_not_observe() -> Iterator[str]:
    rows = Draw.objects.filter(
        status__in=_WITH_RESULT,
        contributions__party=Party.OBSERVER,
        contributions__user=F("executed_by"),
    )
    for draw in rows:
        yield f"{draw} 由监督人员自己执行"


@lru_cache(maxsize=512)
def _verdict(digest: str, data: bytes) -> str:
    """What the verifier says against these bytes; blank when every step fits."""
    report = verify(data)
    failed = next((check for check in report.checks if check.ok is False), None)
    if failed is not None:
        return f"第 {failed.number} 步 {failed.code} 不符（{failed.where}）"
    return "" if report.ok else "不能读取"


def _executed() -> Iterator[tuple[Draw, bytes]]:
    rows = Draw.objects.filter(status__in=_WITH_RESULT).select_related("application__matter")
    for draw in rows.order_by("pk").iterator(chunk_size=20):
        yield draw, bytes(draw.transcript or b"")


def transcripts_verify() -> Iterator[str]:
    """Every official draw, void ones too, is recomputed from its own transcript."""
    for draw, data in _executed():
        fault = _verdict(hashlib.sha256(data).hexdigest(), data)
        if fault:
            yield f"{draw} 的抽取凭证：{fault}"


def transcripts_are_of_their_draw() -> Iterator[str]:
    """The published bytes carry the hashes, the seed and the parties that the tables show."""
    parties: dict[int, set[tuple[str, str, str]]] = {}
    for draw_id, *facts in Contribution.objects.values_list(
        "draw_id", "party", "commitment", "nonce"
    ):
        parties.setdefault(draw_id, set()).add((facts[0], facts[1], facts[2]))
    for draw, data in _executed():
        document = _document(data)
        if document is None:
            continue
        stored = {
            "pool.root": (draw.pool_root, document["pool"]["root"]),
            "pool.count": (draw.pool_count, document["pool"]["count"]),
            "rules_hash": (draw.rules_hash, document["rules_hash"]),
            "lottery_hash": (draw.lottery_hash, document["lottery_hash"]),
            "commit": (draw.commit_hash, document["commit"]),
            "seed": (draw.seed, document["seed"]),
            "digest": (draw.transcript_hash, document["digest"]),
            "trials": (draw.trials_counted, document["trials"]),
            "attempt": (draw.attempt, document["attempt"]),
            "parties": (
                parties.get(draw.pk, set()),
                {(p["id"], p["commitment"], p["nonce"]) for p in document["parties"]},
            ),
        }
        for name, (here, there) in stored.items():
            if here != there:
                yield f"{draw}：{name} 与抽取凭证不一致"


def seats_are_those_of_the_transcript() -> Iterator[str]:
    """Each seat row is one seat of the transcript and the other way round: lot, specialty, place, ticket."""
    for draw, data in _executed():
        document = _document(data)
        if document is None:
            continue
        for seat_type, part in _TYPES.items():
            published = {(s["id"], s["rank"], s["ticket"]) for s in document[part]}
            rows = draw.seats.filter(seat_type=seat_type).values_list("pseudonym", "rank", "ticket")
            if published != set(rows):
                yield f"{draw}：{seat_type.label}席位与抽取凭证不一致"


def seats_are_as_planned() -> Iterator[str]:
    """As many primaries and alternates of each stratum as the frozen plan says, and its appointed members."""
    counted: dict[int, Counter[str]] = {}
    for draw_id, seat_type in DrawSeat.objects.values_list("draw_id", "seat_type"):
        counted.setdefault(draw_id, Counter())[seat_type] += 1
    for draw, _ in _executed():
        plan = json.loads(bytes(draw.plan))
        seats = counted.get(draw.pk, Counter())
        wanted = {
            SeatType.PRIMARY: sum(s["primary"] for s in plan["strata"]),
            SeatType.ALTERNATE: sum(s["alternate"] for s in plan["strata"]),
            SeatType.DESIGNATED: len(plan["designated"]),
        }
        for seat_type, number in wanted.items():
            if seats[seat_type] != number:
                yield f"{draw}：{seat_type.label}应有 {number} 席，实有 {seats[seat_type]} 席"


def nobody_sits_twice() -> Iterator[str]:
    rows = (
        DrawSeat.objects.order_by().values("draw_id", "expert__expert_no").annotate(n=Count("pk"))
    )
    for row in rows.filter(n__gt=1):
        yield f"专家 {row['expert__expert_no']} 在同一次抽取中占 {row['n']} 席"


def seats_come_from_the_frozen_pool() -> Iterator[str]:
    """Whoever was drawn was frozen under that pseudonym with no code against them."""
    eligible = {
        (draw_id, expert_id): pseudonym
        for draw_id, expert_id, pseudonym, codes in FrozenMember.objects.filter(
            draw__status__in=_WITH_RESULT, expert__draw_seats__draw=F("draw")
        ).values_list("draw_id", "expert_id", "pseudonym", "codes")
        if not codes
    }
    seats = DrawSeat.objects.exclude(seat_type=SeatType.DESIGNATED).select_related(
        "draw__application__matter"
    )
    for seat in seats.select_related("expert"):
        if eligible.get((seat.draw_id, seat.expert_id)) != seat.pseudonym:
            yield f"{seat.draw}：专家 {seat.expert.expert_no} 不在冻结的可抽名单中"


def frozen_bytes_are_unchanged() -> Iterator[str]:
    """Pool and plan as frozen still give the fingerprints that were shown and committed to."""
    for draw in (
        Draw.objects.select_related("application__matter").order_by("pk").iterator(chunk_size=20)
    ):
        if not _unchanged(draw):
            yield f"{draw}：冻结的名单或名额与公布的指纹不符"


_fitting: set[bytes] = set()


def _unchanged(draw: Draw) -> bool:
    # Fingerprints of large pools take time; bytes once found to fit their fingerprints always will.
    parts = (bytes(draw.pool), bytes(draw.plan), draw.pool_root.encode(), draw.rules_hash.encode())
    key = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()
    if key not in _fitting and is_unchanged(draw):
        _fitting.add(key)
    return key in _fitting


def frozen_pools_are_complete() -> Iterator[str]:
    """As many frozen members as the draw says, and those without a code as many as were eligible.

    Appointed members are frozen beside the pool, not in it.
    """
    appointed = DesignatedMember.objects.filter(
        application=OuterRef("draw__application"), expert=OuterRef("expert")
    )
    drawn_from = FrozenMember.objects.filter(~Exists(appointed))
    counted: dict[int, list[int]] = {}
    for draw_id, codes in drawn_from.values_list("draw_id", "codes").iterator():
        numbers = counted.setdefault(draw_id, [0, 0])
        numbers[0] += 1
        numbers[1] += not codes
    for draw in Draw.objects.only("pk", "pool_count", "eligible_count", "attempt", "application"):
        found = counted.get(draw.pk, [0, 0])
        if found != [draw.pool_count, draw.eligible_count]:
            yield f"{draw}：冻结 {draw.pool_count} 人、可抽 {draw.eligible_count} 人，存有 {found[0]}、{found[1]} 人"


def _document(data: bytes) -> dict | None:
    try:
        document = json.loads(data)
    except ValueError:
        return None  # the verifier has already said so
    return document if isinstance(document, dict) else None


INVARIANTS = [
    ("申请、业务与评委会属于同一部门", applications_belong_to_one_office),
    ("名额合计等于各专业之和", totals_are_the_sum_of_the_seats),
    ("试抽取次数与记录一致", trials_are_counted),
    ("只对审核通过的申请抽取", draws_follow_an_approval),
    ("每份申请至多一个有效结果", drawn_once_at_most),
    ("作废由两人作出", void_takes_two_people),
    ("执行人与监督人不是同一人", operators_do_not_observe),
    ("每次正式抽取都能重新验证", transcripts_verify),
    ("抽取凭证与数据一致", transcripts_are_of_their_draw),
    ("席位与抽取凭证一致", seats_are_those_of_the_transcript),
    ("席位数与计划一致", seats_are_as_planned),
    ("一人一席", nobody_sits_twice),
    ("席位出自冻结的可抽名单", seats_come_from_the_frozen_pool),
    ("冻结名单完整", frozen_pools_are_complete),
    ("冻结内容未被改动", frozen_bytes_are_unchanged),
]
