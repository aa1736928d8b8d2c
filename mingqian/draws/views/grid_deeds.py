"""Deeds on the seat grid: clear, spread, copy, the changes that a finding offers, and taking one back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date

from fairdraw import OPEN_STRATUM
from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.seats import MOST_SEATS, Seat
from mingqian.draws.services import relaxing
from mingqian.draws.services import seats as grid
from mingqian.draws.words import KIND_WORDS

from . import undo
from .deed import Change, Deed, back, code_of, whole


def _clear(request: HttpRequest, argument: str) -> Change:
    return partial(grid.clear_seats, typed_alternates_too=argument == "all")


def _cleared(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    """Asks about alternates typed by hand, if there are any left."""
    messages.success(request, "已清空各专业正选人数。")
    return back(application, "#s3", **({"cleared": "1"} if outcome == grid.HAND_TYPED_LEFT else {}))


def _spread(request: HttpRequest, argument: str) -> Change | None:
    total = whole(request.POST.get("spread_total", ""))
    return partial(grid.spread_seats, total=total) if total else None


def _was_spread(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    total, given = whole(request.POST.get("spread_total", "")), application.primary_total
    if not total:
        messages.warning(request, f"请先填写要分配的正选合计（1 至 {MOST_SEATS} 的整数）。")
    elif outcome == grid.POOL_IS_EMPTY:
        messages.warning(request, "评委库没有专家，无法按在库比例分配。")
    elif outcome == grid.FEWER_THAN_ASKED:
        messages.warning(request, f"可抽人数不足，已分配 {given} 人，少于 {total} 人。")
    else:
        messages.success(request, f"已按在库人数比例分配 {given} 人。")
    return back(application, "#s3")


def _copied(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    if outcome == grid.NOTHING_TO_COPY:
        messages.warning(request, "没有该评委会往年审核通过的申请可以复制。")
    else:
        messages.success(request, "已复制上年席位分布。")
    return back(application, "#s3")


def _at_grid(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    code = code_of(argument.partition(":")[0])
    return back(application, f"#row-{code}" if code else "#s3")


def _at_meeting(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    return back(application, "#s1")


def _set_primary(request: HttpRequest, argument: str) -> Change:
    code, _, number = argument.partition(":")
    return partial(grid.set_numbers, seats={code_of(code): Seat(primary=whole(number))})


def _set_alternate(request: HttpRequest, argument: str) -> Change:
    code, _, number = argument.partition(":")
    seat = Seat(alternate=whole(number), alternate_typed=True)
    return partial(grid.set_numbers, seats={code_of(code): seat})


def _set_seats(request: HttpRequest, argument: str) -> Change:
    code, primary, alternate, *_ = [*argument.split(":"), "", ""]
    seat = Seat(primary=whole(primary), alternate=whole(alternate), alternate_typed=True)
    return partial(grid.set_numbers, seats={code_of(code): seat})


def stratum_of(text: str) -> str:
    """A specialty's code, or the open part of a whole-pool draw."""
    return OPEN_STRATUM if text == OPEN_STRATUM else code_of(text)


def _move_seats(request: HttpRequest, argument: str) -> Change | None:
    """`source:target:kind:seats`: what a diagnosis proposed, as steps from whatever is there now."""
    source, target, kind, number, *_ = [*argument.split(":"), "", "", ""]
    if kind not in KIND_WORDS or not whole(number):
        return None
    params = {"source": stratum_of(source), "target": stratum_of(target), "kind": kind}
    steps = {"source_old": whole(number), "source_new": 0, "target_old": 0}
    fix = {"code": "MOVE_SEATS", "params": params | steps | {"target_new": whole(number)}}
    return partial(relaxing.relax, fixes=[fix])


def _fewer_seats(request: HttpRequest, argument: str) -> Change | None:
    """`specialty:kind:seats`."""
    stratum, kind, number, *_ = [*argument.split(":"), "", ""]
    if kind not in KIND_WORDS or not whole(number):
        return None
    params = {"stratum": stratum_of(stratum), "kind": kind, "old": whole(number), "new": 0}
    return partial(relaxing.relax, fixes=[{"code": "FEWER_SEATS", "params": params}])


def _take_back(request: HttpRequest, argument: str) -> Change | None:
    """撤销: what this browser's last deed on the grid left behind says what was before."""
    kept = undo.kept(request)
    if kept is None:
        return None
    return partial(relaxing.take_back, before=kept["before"], after=kept["after"])


def _was_taken_back(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    if outcome == relaxing.NOT_AS_LEFT:
        messages.warning(request, "席位在此之后另有改动，不能撤销。")
    else:
        messages.success(request, "已撤销，席位恢复为改动之前。")
    undo.forget(request)
    return back(application, "#s3")


def _set_draw_time(request: HttpRequest, argument: str) -> Change | None:
    try:
        day = parse_date(argument)
    except ValueError:
        return None
    if day is None:
        return None
    return partial(grid.set_numbers, draw_at=timezone.make_aware(datetime.combine(day, time(9))))


def _number(name: str) -> Callable[[HttpRequest, str], Change]:
    """One number of the application, from the button's argument."""

    def make(request: HttpRequest, argument: str) -> Change:
        number = whole(argument)
        arguments: dict[str, Any] = {name: max(1, number) if name == "cap" else number}
        return partial(grid.set_numbers, **arguments)

    return make


CHANGE = "draws.change_seats"
RELAX = "draws.apply_fix"
UNDONE = {
    "clear": "清空正选",
    "spread": "按在库比例分配",
    "copy_last_year": "复制上年",
    "derive_alternates": "备选按比例补齐",
    "set_primary": "改席位",
    "set_alternate": "改席位",
    "set_seats": "改席位",
    "set_total": "改正选合计",
    "set_alternate_total": "改备选合计",
    "set_cap": "改同单位上限",
    "move_seats": "调整席位",
    "fewer_seats": "减少席位",
}
"""Deeds on the grid that can be taken back with one click, in words."""
GRID_DEEDS: dict[str, Deed] = {
    "clear": Deed(_cleared, _clear, "draws.clear_seats"),
    "spread": Deed(_was_spread, _spread, "draws.spread_seats"),
    "copy_last_year": Deed(
        _copied, lambda request, argument: grid.copy_last_year, "draws.copy_last_year"
    ),
    "derive_alternates": Deed(
        _at_grid, lambda request, argument: grid.derive_alternates, "draws.derive_alternates"
    ),
    "set_primary": Deed(_at_grid, _set_primary, CHANGE),
    "set_alternate": Deed(_at_grid, _set_alternate, CHANGE),
    "set_seats": Deed(_at_grid, _set_seats, CHANGE),
    "set_total": Deed(lambda r, a, _, o: back(a, "#s3"), _number("total"), CHANGE),
    "set_alternate_total": Deed(
        lambda r, a, _, o: back(a, "#s3"), _number("alternate_total"), CHANGE
    ),
    "set_cap": Deed(_at_meeting, _number("cap"), CHANGE),
    "move_seats": Deed(_at_grid, _move_seats, RELAX),
    "fewer_seats": Deed(_at_grid, _fewer_seats, RELAX),
    "take_back": Deed(_was_taken_back, _take_back, "draws.take_back"),
    "set_draw_time": Deed(_at_meeting, _set_draw_time, CHANGE),
}
