"""The log, and that it tells the same story as the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import Max

from mingqian.audit.models import Event
from mingqian.audit.queries import check_chain
from mingqian.web.models import Sequence
from mingqian.workflow.models import Action, Matter

_MOVES = [f"workflow.{action.lower()}" for action in Action]
_KEY = re.compile(r"[A-Z]+-\d{4}")
_NUMBER = re.compile(r"(?P<key>[A-Z]+-\d{4})-(?P<serial>\d{4,})")


def chain_is_whole() -> Iterator[str]:
    broken = check_chain()
    if broken is not None:
        yield f"第 {broken.seq} 条：{broken.why}"


def states_agree_with_the_log() -> Iterator[str]:
    """A matter is where its last logged move took it; one never moved is a draft."""
    moves = Event.objects.filter(
        subject_type=Matter._meta.label_lower, action__in=_MOVES
    ).order_by()
    last = moves.values("subject_id").annotate(last=Max("seq")).values("last")
    told = {
        int(event.subject_id): (event.details.get("to"), event.details.get("version"))
        for event in Event.objects.filter(seq__in=last).only("subject_id", "details").iterator()
    }
    for pk, number, status, version in Matter.objects.values_list(
        "pk", "number", "status", "version"
    ):
        expected = told.get(pk, ("DRAFT", 0))
        if expected != (status, version):
            yield f"{number} 现为 {status} 第 {version} 版，日志记载为 {expected[0]} 第 {expected[1]} 版"


def numbers_run_without_gaps() -> Iterator[str]:
    """As many matters of a prefix and year as the sequence has given out, the highest number being its last."""
    highest: dict[str, int] = {}
    counts: dict[str, int] = {}
    for number in Matter.objects.values_list("number", flat=True).iterator():
        match = _NUMBER.fullmatch(number)
        if match is None:
            yield f"{number} 不是规范的编号"
            continue
        key, serial = match["key"], int(match["serial"])
        highest[key] = max(highest.get(key, 0), serial)
        counts[key] = counts.get(key, 0) + 1
    given = {
        key: value
        for key, value in Sequence.objects.values_list("key", "value")
        if _KEY.fullmatch(key) and value > 0
    }
    for key in sorted(highest.keys() | given.keys()):
        top, count, last = highest.get(key, 0), counts.get(key, 0), given.get(key, 0)
        if not top == count == last:
            yield f"{key}：已用到 {top} 号，共 {count} 件，序列记载发出 {last} 个"


INVARIANTS = [
    ("审计日志的链条完整", chain_is_whole),
    ("业务状态与日志一致", states_agree_with_the_log),
    ("业务编号连续", numbers_run_without_gaps),
]
