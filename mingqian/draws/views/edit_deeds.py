"""The deeds of the form's buttons: what each changes in the draft as it is saved, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from mingqian.accounts.access import refuse
from mingqian.draws.models import DesignatedMember, DrawApplication, DrawAvoidance
from mingqian.draws.queries.seats import MOST_SEATS, Seat
from mingqian.draws.services import save as saving
from mingqian.draws.services import seats as grid
from mingqian.draws.services.editing import Edit
from mingqian.draws.services.trial import TrialRefused, run_trial
from mingqian.workflow.models import Action
from mingqian.workflow.services import (
    AttachmentRefused,
    NoSuchMove,
    NotReady,
    SomebodyWasFaster,
    attach,
    perform,
    remove_attachment,
)

Change = Callable[[Edit], None]


@dataclass(frozen=True, slots=True)
class Deed:
    """`change(request, argument)` gives what is done to the draft while it is saved (None: nothing more);
    `answer(request, application, argument, outcome)` redirects."""

    answer: Callable[[HttpRequest, DrawApplication, str, str], HttpResponse]
    change: Callable[[HttpRequest, str], Change | None] = lambda request, argument: None
    action: str = "draws.save_application"


def back(application: DrawApplication, anchor: str = "", **query: str) -> HttpResponse:
    """To the form, at a place."""
    address = reverse("draws:edit", args=[application.number])
    return redirect(f"{address}{'?' + urlencode(query) if query else ''}{anchor}")


def whole(text: str) -> int:
    """A number of seats, or 0 for anything else."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 4):
        return 0
    return int(plain) if int(plain) <= MOST_SEATS else 0


def key_of(text: str) -> int | None:
    """A row's key as it may stand in a button."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def code_of(text: str) -> str:
    """A specialty's code as it may stand in an address."""
    return "".join(sign for sign in text[:8] if sign.isascii() and sign.isalnum())


# Saving, trying, submitting


def _saved(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    if application.typed:
        words = f"草稿已保存，其中 {len(application.typed)} 处填写无法识别，已按原样保留。"
        messages.warning(request, words)
    else:
        messages.success(request, "草稿已保存。")
    return back(application, f"#s{argument}" if argument in ("1", "2", "3", "4", "5") else "")


def _submitted(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    """提交审核: all that stands against it is told at once."""
    if not request.user.may("draws.submit_application"):
        refuse(request, "draws.submit_application")
    try:
        matter = perform(Action.SUBMIT, on=application.matter, by=request.user)
    except NotReady as refusal:
        words = f"还有 {len(refusal.defects)} 项不符合要求，修改或说明后才能提交。"
        messages.error(request, words)
        return back(application, insist="1")
    except (SomebodyWasFaster, NoSuchMove):
        messages.info(request, "申请已经提交。")
    else:
        messages.success(request, f"已提交第 {matter.version} 版，等待人社部门审核。")
    return redirect("draws:application", number=application.number)


def _tried(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    key = f"{request.POST.get('form_key', '')[:32]}:{application.revision}"
    try:
        made = run_trial(application, key=key, by=request.user)
    except TrialRefused as refusal:
        messages.warning(request, str(refusal))
        return back(application, "#s3")
    return redirect(reverse("draws:trial", args=[application.number]) + f"?n={made.number}")


# The grid


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


def _set_draw_time(request: HttpRequest, argument: str) -> Change | None:
    try:
        day = parse_date(argument)
    except ValueError:
        return None
    if day is None:
        return None
    return partial(grid.set_numbers, draw_at=timezone.make_aware(datetime.combine(day, time(9))))


# Units, experts, designated members


def _found(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    """查找 without scripts: the words go into the address, the page lists what fits."""
    kind = argument if argument in ("unit", "expert", "member") else "unit"
    words = request.POST.get(f"find_{kind}", "").replace("\x00", "")[:60]
    return back(application, f"#find-{kind}", find=kind, q=words)


def _add(request: HttpRequest, argument: str) -> Change | None:
    """Add what was found: `unit:id`, `expert:id`, `member:id`."""
    kind, _, text = argument.partition(":")
    key = key_of(text)
    if key is None:
        return None
    if kind == "member":
        return partial(_designate_on, key=key)

    def change(edit: Edit) -> None:
        rows = edit.application.avoidances
        if kind == "unit":
            present = rows.filter(kind=DrawAvoidance.Kind.UNIT).values_list("unit_id", flat=True)
            saving.put_units(edit, {key, *(each for each in present if each)})
        else:
            present = rows.filter(kind=DrawAvoidance.Kind.EXPERT).values_list(
                "expert_id", flat=True
            )
            saving.put_experts(edit, {key, *(each for each in present if each)})

    return change


def _designate(request: HttpRequest, argument: str) -> Change | None:
    key = key_of(request.POST.get("new_member", ""))
    return partial(_designate_on, key=key) if key is not None else None


def _designate_on(edit: Edit, *, key: int) -> None:
    """The first is chair, the others vice-chairs until said otherwise."""
    present = [(m.expert_id, m.duty, m.reason) for m in edit.application.designated.all()]
    has_chair = any(duty == DesignatedMember.Duty.CHAIR for _, duty, _ in present)
    duty = DesignatedMember.Duty.VICE_CHAIR if has_chair else DesignatedMember.Duty.CHAIR
    saving.put_designated(edit, [*present, (key, str(duty), "")])


def _dismiss(request: HttpRequest, argument: str) -> Change:
    def change(edit: Edit) -> None:
        present = edit.application.designated.all()
        kept = [(m.expert_id, m.duty, m.reason) for m in present if str(m.expert_id) != argument]
        saving.put_designated(edit, kept)

    return change


def _at_picks(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    return back(application, "#s4")


def _at_designated(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    return back(application, "#designated")


# Files


def _attached(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    """Each chosen file is judged by itself."""
    files = request.FILES.getlist("files")
    if not files:
        messages.warning(request, "请先选择要上传的文件。")
    for upload in files:
        try:
            attach(application.matter, upload=upload, by=request.user)
        except AttachmentRefused as refusal:
            messages.error(request, str(refusal))
    return back(application, "#s5")


def _detached(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    rows = application.matter.attachments.present()
    remove_attachment(get_object_or_404(rows, pk=key_of(argument) or 0), by=request.user)
    return back(application, "#s5")


def _number(name: str) -> Callable[[HttpRequest, str], Change]:
    """One number of the application, from the button's argument."""

    def make(request: HttpRequest, argument: str) -> Change:
        number = whole(argument)
        arguments: dict[str, Any] = {name: max(1, number) if name == "cap" else number}
        return partial(grid.set_numbers, **arguments)

    return make


CHANGE = "draws.change_seats"
DEEDS: dict[str, Deed] = {
    "save": Deed(_saved),
    "submit": Deed(_submitted),
    "trial": Deed(_tried),
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
    "set_draw_time": Deed(_at_meeting, _set_draw_time, CHANGE),
    "find": Deed(_found),
    "add": Deed(_at_picks, _add),
    "designate": Deed(_at_designated, _designate),
    "dismiss": Deed(_at_designated, _dismiss),
    "add_files": Deed(_attached),
    "remove_file": Deed(_detached),
}
