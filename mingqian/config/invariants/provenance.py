"""Where a roster comes from: pseudonyms from people, seats from the transcript, the transcript from the deed in the log.

A transcript names nobody. Whoever could exchange the people behind two pseudonyms would change the committee and
leave every published byte as it is, so the way from a pseudonym to its person is recomputed here.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from fairdraw import OPEN_STRATUM, lot_code, pseudonym
from mingqian.audit.models import Event
from mingqian.draws.models import (
    Draw,
    DrawApplication,
    DrawSeat,
    DrawStatus,
    FrozenMember,
    SeatType,
)
from mingqian.draws.queries.salts import salts_of
from mingqian.draws.signing import earlier_public_keys, public_key
from mingqian.web.sealed import CannotUnseal

_WITH_RESULT = (DrawStatus.EXECUTED, DrawStatus.VOIDED)
_SIGNER = "server"
# What the log must say of each deed, as (name in the log, column of the draw).
_LOGGED = {
    "draws.freeze_draw": (
        ("pool_root", "pool_root"),
        ("rules_hash", "rules_hash"),
        ("lottery_hash", "lottery_hash"),
        ("trials", "trials_counted"),
        ("pool", "pool_count"),
        ("eligible", "eligible_count"),
    ),
    "draws.execute_draw": (
        ("commit_hash", "commit_hash"),
        ("seed", "seed"),
        ("transcript", "transcript_hash"),
    ),
}


@lru_cache(maxsize=256)
def _foreign(sealed: bytes, application: int, attempt: int, members: tuple) -> tuple[int, ...]:
    """Experts who do not stand behind the pseudonym they are stored with."""
    salt_of = salts_of(Draw(salt_sealed=sealed, application_id=application, attempt=attempt))
    return tuple(who for who, name in members if pseudonym(salt_of(who), str(who)) != name)


def pseudonyms_are_of_their_people() -> Iterator[str]:
    """Every frozen member's pseudonym follows from the draw's secret and from who they are."""
    for draw in Draw.objects.select_related("application__matter").order_by("pk").iterator():
        members = draw.members.order_by("pk").values_list("expert_id", "pseudonym")
        sealed = bytes(draw.salt_sealed)
        try:
            foreign = _foreign(sealed, draw.application_id, draw.attempt, tuple(members))
        except (CannotUnseal, ValueError):
            yield f"{draw}：代号的密钥不能解开，无法核对代号背后的人"
            continue
        if foreign:
            yield f"{draw}：{len(foreign)} 个代号背后的人被调换"


def seats_are_where_they_were_drawn() -> Iterator[str]:
    """Specialty, group and lot code of each seat follow from the transcript; appointed members are the plan's."""
    names: dict[int, dict[int, str]] = defaultdict(dict)
    appointed = FrozenMember.objects.filter(
        draw__application__designated__isnull=False, draw__status__in=_WITH_RESULT
    )
    for draw_id, expert, name in appointed.values_list("draw_id", "expert_id", "pseudonym"):
        names[draw_id][expert] = name
    for draw in _executed():
        document = _document(draw)
        if document is None:
            continue
        group_of = {s["id"]: s["group"] for s in document["plan"]["strata"]}
        published = {
            seat["id"]: (
                "" if seat["stratum"] == OPEN_STRATUM else seat["stratum"],
                group_of.get(seat["stratum"]) or "",
                lot_code(seat["ticket"]),
            )
            for part in ("panel", "alternates")
            for seat in document[part]
        }
        drawn = draw.seats.exclude(seat_type=SeatType.DESIGNATED)
        for name, specialty, group, lot in drawn.values_list(
            "pseudonym", "specialty__code", "group_id", "lot_code"
        ):
            if published.get(name) != (specialty or "", str(group or ""), lot):
                yield f"{draw}：签 {lot} 的专业、学科组或签号与抽取凭证不一致"
        yield from _appointed(draw, document, names[draw.pk])


def _appointed(draw: Draw, document: dict, names: dict[int, str]) -> Iterator[str]:
    seats = DrawSeat.objects.filter(draw=draw, seat_type=SeatType.DESIGNATED)
    sitting = set(seats.values_list("expert_id", "duty"))
    if {names.get(expert) for expert, _ in sitting} != {
        m["id"] for m in document["plan"]["designated"]
    }:
        yield f"{draw}：指定委员与抽取凭证不一致"
    elif sitting != set(draw.application.designated.values_list("expert_id", "duty")):
        yield f"{draw}：指定委员的职务与申请不一致"


def transcripts_are_signed_here() -> Iterator[str]:
    """A transcript made elsewhere verifies too; only this platform's key can sign one of its own."""
    ours = {public_key(), *earlier_public_keys()}
    for draw in _executed():
        document = _document(draw)
        if document is None:
            continue
        keys = [each["public_key"] for each in document["signatures"] if each["party"] == _SIGNER]
        if len(keys) != 1 or keys[0] not in ours:
            yield f"{draw} 的抽取凭证不是本平台签名的"


def draws_agree_with_the_log() -> Iterator[str]:
    """Each attempt was frozen once and each result drawn once, with the fingerprints that the log keeps."""
    draws = {str(draw.pk): draw for draw in _all_draws()}
    for action, facts in _LOGGED.items():
        wanted = {
            key
            for key, draw in draws.items()
            if action == "draws.freeze_draw" or draw.status in _WITH_RESULT
        }
        events = Event.objects.filter(subject_type=Draw._meta.label_lower, action=action)
        for key, label, told in events.order_by("seq").values_list(
            "subject_id", "subject_label", "details"
        ):
            if key not in wanted:
                yield f"日志记有 {label}，数据中没有，或没有结果"
                continue
            wanted.discard(key)
            draw = draws[key]
            for name, column in facts:
                if told.get(name) != getattr(draw, column):
                    yield f"{draw}：{name} 与日志不一致"
        for key in sorted(wanted):
            yield f"{draws[key]}：日志没有记载"


def attempts_are_all_kept() -> Iterator[str]:
    """Attempts are numbered from 1 without a gap: an abandoned one does not disappear."""
    numbers: dict[int, list[int]] = defaultdict(list)
    for application, attempt in Draw.objects.order_by("attempt").values_list(
        "application_id", "attempt"
    ):
        numbers[application].append(attempt)
    for application, found in numbers.items():
        if found != list(range(1, len(found) + 1)):
            number = DrawApplication.objects.select_related("matter").get(pk=application).number
            yield f"{number} 存有第 {'、'.join(map(str, found))} 次抽取，次序不连续"


def _all_draws() -> Iterator[Draw]:
    columns = {column for facts in _LOGGED.values() for _, column in facts}
    rows = Draw.objects.select_related("application__matter")
    return rows.only("pk", "attempt", "status", "application__matter__number", *columns).iterator()


def _executed() -> Iterator[Draw]:
    rows = Draw.objects.filter(status__in=_WITH_RESULT).select_related("application__matter")
    return rows.order_by("pk").iterator(chunk_size=20)


@lru_cache(maxsize=64)
def _read(digest: bytes, data: bytes) -> dict | None:
    try:
        document = json.loads(data)
    except ValueError:
        return None  # the verifier has already said so
    return document if isinstance(document, dict) and "plan" in document else None


def _document(draw: Draw) -> dict | None:
    data = bytes(draw.transcript or b"")
    return _read(hashlib.sha256(data).digest(), data)


INVARIANTS = [
    ("代号背后的人未被调换", pseudonyms_are_of_their_people),
    ("席位的专业、学科组与指定委员未被改动", seats_are_where_they_were_drawn),
    ("抽取凭证由本平台签名", transcripts_are_signed_here),
    ("抽取与日志一致", draws_agree_with_the_log),
    ("每一次抽取都留存", attempts_are_all_kept),
]
