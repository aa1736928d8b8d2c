"""What stands on the projector: a column for each group with its lots, the steps, the checks made on the spot."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import models
from django.utils import timezone

import fairdraw
from fairdraw.verify import verify
from mingqian.committees.models import DisciplineGroup
from mingqian.draws.models import Draw, DrawSeat, DrawStatus, Party, SeatType
from mingqian.draws.verification import kept_of
from mingqian.web.components import Step
from mingqian.web.sealed import mask_name

from .ceremony import Ceremony, frozen_plan, frozen_pool, is_unchanged
from .strata import strata_words

WHOLE_POOL = "不分学科组"
REMEMBER_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Lot:
    """One drawn lot: the code people compare, and the name behind a mask."""

    seat_id: int
    number: int
    code: str
    masked: str
    specialty: str


@dataclass(slots=True)
class Column:
    """One group on the stage: seats, and once drawn, lots."""

    name: str
    specialties: list[str] = field(default_factory=list)
    eligible: int = 0
    primary: int = 0
    alternate: int = 0
    lots: list[Lot] = field(default_factory=list)
    others: list[Lot] = field(default_factory=list)

    @property
    def specialty_words(self) -> str:
        return "·".join(self.specialties)

    @property
    def seats(self) -> range:
        return range(1, self.primary + 1)

    @property
    def other_seats(self) -> range:
        return range(1, self.alternate + 1)

    @property
    def others_by_specialty(self) -> list[tuple[str, list[Lot]]]:
        """Alternates step in for their own specialty; the name is told where there is more than one."""
        found: dict[str, list[Lot]] = defaultdict(list)
        for lot in self.others:
            found[lot.specialty].append(lot)
        return list(found.items())


def columns_of(draw: Draw) -> list[Column]:
    """The groups in the committee's order, with the lots if there are any; names masked for everybody."""
    pool, plan = frozen_pool(draw), frozen_plan(draw)
    words = strata_words(draw.application, plan)
    order = list(
        DisciplineGroup.objects.filter(pk__in=[w.group_id for w in words.values() if w.group_id])
        .order_by("order", "id")
        .values_list("pk", flat=True)
    )
    columns: dict[int | None, Column] = {pk: Column("") for pk in order}
    strata_in: dict[int | None, set[str]] = defaultdict(set)
    for stratum in plan.strata:
        word = words[stratum.id]
        column = columns.setdefault(word.group_id, Column(WHOLE_POOL))
        column.name = word.group or WHOLE_POOL
        if stratum.primary or stratum.alternate:
            column.specialties.append(word.specialty)
        column.primary += stratum.primary
        column.alternate += stratum.alternate
        strata_in[word.group_id].add(stratum.id)
    for key, column in columns.items():
        everybody = fairdraw.OPEN_STRATUM in strata_in[key]
        column.eligible = sum(
            1
            for person in pool.eligible
            if everybody or not strata_in[key].isdisjoint(person.strata)
        )
    if draw.has_result:
        _put_lots(draw, columns)
    return list(columns.values())


def _put_lots(draw: Draw, columns: dict[int | None, Column]) -> None:
    seats = draw.seats.exclude(seat_type=SeatType.DESIGNATED)
    for seat in seats.select_related("expert", "specialty").order_by("id"):
        column = columns[seat.group_id]
        primary = seat.seat_type == SeatType.PRIMARY
        lots = column.lots if primary else column.others
        lots.append(
            Lot(
                seat_id=seat.pk,
                number=len(lots) + 1 if primary else seat.rank,
                code=seat.lot_code,
                masked=mask_name(seat.expert.name).replace("*", "＊"),
                specialty=seat.specialty.name if seat.specialty else "",
            )
        )


def names_of(draw: Draw) -> dict[int, str]:
    """Seat -> full name as frozen, for those whose business it is."""
    names = dict(
        draw.members.filter(expert__in=draw.seats.values("expert")).values_list("expert", "name")
    )
    return {pk: names[expert] for pk, expert in draw.seats.values_list("pk", "expert")}


def designated_of(draw: Draw) -> models.QuerySet[DrawSeat]:
    """Appointed members: on the roster without a lot."""
    return draw.seats.filter(seat_type=SeatType.DESIGNATED).select_related("expert")


def steps_of(ceremony: Ceremony, *, showing: bool = False) -> list[Step]:
    """冻结评委库 → 各方承诺 → 揭示 → 抽取 → 公布, each with what happened or is awaited.

    While the lots are being turned up (`showing`), the draw is told as under way.
    """
    draw, parties = ceremony.draw, ceremony.taking_part
    if draw is None or draw.status == DrawStatus.ABANDONED:
        notes = ["待冻结", "先承诺", "后揭示", "待抽取", "待公布"]
        return _steps(notes, 0)
    revealed_at = max(
        (c.revealed_at for c in ceremony.contributions.values() if c.revealed_at and c.user_id),
        default=None,
    )
    words = {2: "两方", 3: "三方"}.get(parties, f"{parties} 方")
    notes = [
        f"{_clock(draw.frozen_at)} 已冻结",
        f"{_clock(draw.committed_at)} {words}到齐"
        if draw.committed_at
        else f"已到 {ceremony.committed} / {parties}",
        f"{_clock(revealed_at)} {words}一致"
        if ceremony.is_ready or draw.has_result
        else f"已揭示 {ceremony.revealed} / {parties}",
        f"{_clock(draw.executed_at)} 完成" if draw.executed_at else "待抽取",
        f"{_clock(draw.executed_at)} 已签名公布" if draw.executed_at else "待抽取完成",
    ]
    here = 1
    if draw.status == DrawStatus.COMMITTED:
        here = 3 if ceremony.is_ready else 2
    if showing:
        notes[3:] = [f"{_clock(draw.executed_at)} 开始·翻签中", "待全部翻开"]
        return _steps(notes, 3)
    return _steps(notes, 5 if draw.has_result else here)


def _steps(notes: list[str], here: int) -> list[Step]:
    labels = ("冻结评委库", "各方承诺", "揭示", "抽取", "公布")
    return [
        Step(label, note, "done" if place < here else "here" if place == here else "todo")
        for place, (label, note) in enumerate(zip(labels, notes, strict=True))
    ]


def _clock(at) -> str:
    return f"{timezone.localtime(at):%H:%M:%S}" if at else ""


@dataclass(frozen=True, slots=True)
class OnTheSpot:
    """One of the three checks made before everybody's eyes."""

    ok: bool
    title: str
    text: str


def checks_on_the_spot(draw: Draw) -> list[OnTheSpot]:
    """Recomputed now from what is stored: the pool, the seed, the list; the list against the roster's rows too."""
    body = bytes(draw.transcript or b"")
    passed = _steps_passed(draw)
    document = json.loads(body)
    parties = sum(1 for party in document["parties"] if party["id"] != Party.SERVER)
    count = {2: "两方", 3: "三方"}.get(parties, f"{parties} 方")
    pool = is_unchanged(draw) and document["pool"]["root"] == draw.pool_root
    seed = document["seed"] == draw.seed and document["commit"] == draw.commit_hash
    people = draw.contributions.exclude(party=Party.SERVER)
    kept = (
        "先承诺后揭示；有随机数由平台代为生成"
        if people.filter(self_held=False).exists()
        else "随机数由本人设备生成并保管，先承诺后揭示"
    )
    panel, others = len(document["panel"]), len(document["alternates"])
    return [
        OnTheSpot(
            pool and {"POOL", "EXCLUSIONS", "RULES"} <= passed,
            "评委库未被改动",
            "冻结指纹与公布内容一致，无人增减",
        ),
        OnTheSpot(
            seed and {"COMMITMENT", "SEED"} <= passed,
            f"种子由{count}共同产生",
            kept,
        ),
        OnTheSpot(
            _rows_agree(draw, document)
            and {"LOTTERY", "COUNTS", "PANEL", "ALTERNATES", "DIGEST"} <= passed,
            "名单由种子唯一得出",
            f"{panel} 席正选、{others} 席备选逐席重算一致",
        ),
    ]


def _steps_passed(draw: Draw) -> set[str]:
    """Codes of the verifier's steps that fit: of a large transcript as kept, else remembered by its bytes."""
    kept = kept_of(draw)
    if kept:
        return {check["code"] for check in kept.judgement.checks if check["ok"]}
    body = bytes(draw.transcript or b"")
    key = f"draws:verified:{hashlib.sha256(body).hexdigest()}"
    passed = cache.get(key)
    if passed is None:
        passed = {check.code for check in verify(body).checks if check.ok}
        cache.set(key, passed, REMEMBER_SECONDS)
    return passed


def _rows_agree(draw: Draw, document: dict) -> bool:
    """Whether the roster's rows are those of the transcript, seat by seat."""
    said = {
        (kind, seat["id"], seat["rank"], seat["ticket"])
        for kind, part in ((SeatType.PRIMARY, "panel"), (SeatType.ALTERNATE, "alternates"))
        for seat in document[part]
    }
    rows = draw.seats.exclude(seat_type=SeatType.DESIGNATED)
    return said == set(rows.values_list("seat_type", "pseudonym", "rank", "ticket"))
