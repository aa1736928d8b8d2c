"""The deeds of the form's buttons. Each gets the saved draft and answers with a redirect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
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
from mingqian.draws.services.save import Draft
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

Deed = Callable[[HttpRequest, DrawApplication, str], HttpResponse]


class DeedRefused(RuntimeError):
    """A deed that cannot be done as asked; the text says why, `anchor` where."""

    def __init__(self, message: str, anchor: str = "") -> None:
        super().__init__(message)
        self.anchor = anchor


def _back(application: DrawApplication, anchor: str = "", **query: str) -> HttpResponse:
    address = reverse("draws:edit", args=[application.number])
    return redirect(f"{address}{'?' + urlencode(query) if query else ''}{anchor}")


def _hand(request: HttpRequest) -> dict[str, Any]:
    """Who acts, and from which rendered form: a second click of it is not taken for another editor."""
    return {"by": request.user, "form_key": request.POST.get("form_key", "")[:36]}


def _code(text: str) -> str:
    """A specialty's code as it may stand in an address."""
    return "".join(sign for sign in text[:8] if sign.isascii() and sign.isalnum())


def save(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """保存草稿."""
    if application.typed:
        messages.warning(
            request, f"草稿已保存，其中 {len(application.typed)} 处填写无法识别，已按原样保留。"
        )
    else:
        messages.success(request, "草稿已保存。")
    return _back(application, f"#s{argument}" if argument in ("1", "2", "3", "4", "5") else "")


def submit(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """提交审核: all that stands against it is told at once."""
    if not request.user.may("draws.submit_application"):
        refuse(request, "draws.submit_application")
    try:
        matter = perform(Action.SUBMIT, on=application.matter, by=request.user)
    except NotReady as refusal:
        messages.error(request, f"还有 {len(refusal.defects)} 项不符合要求，修改或说明后才能提交。")
        return _back(application, insist="1")
    except (SomebodyWasFaster, NoSuchMove):
        messages.info(request, "申请已经提交。")
    else:
        messages.success(request, f"已提交第 {matter.version} 版，等待人社部门审核。")
    return redirect("draws:application", number=application.number)


def trial(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """试抽取."""
    key = f"{request.POST.get('form_key', '')[:32]}:{application.revision}"
    try:
        made = run_trial(application, key=key, by=request.user)
    except TrialRefused as refusal:
        raise DeedRefused(str(refusal), "#s3") from refusal
    return redirect(reverse("draws:trial", args=[application.number]) + f"?n={made.number}")


def clear(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """清空: asks about alternates typed by hand, if there are any left."""
    everything = argument == "all"
    made = grid.clear_seats(application, typed_alternates_too=everything, **_hand(request))
    left = made.quotas.filter(alternate_typed=True, alternate__gt=0).exists()
    messages.success(request, "已清空各专业正选人数。")
    return _back(made, "#s3", **({"cleared": "1"} if left else {}))


def spread(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """按在库比例分配."""
    total = _whole(request.POST.get("spread_total", ""))
    if not total:
        raise DeedRefused(f"请先填写要分配的正选合计（1 至 {MOST_SEATS} 的整数）。", "#s3")
    try:
        made = grid.spread_seats(application, total=total, **_hand(request))
    except grid.PoolIsEmpty as refusal:
        raise DeedRefused("评委库没有专家，无法按在库比例分配。", "#s3") from refusal
    given = sum(quota.primary for quota in made.quotas.all())
    if given < total:
        messages.warning(request, f"可抽人数不足，已分配 {given} 人，少于 {total} 人。")
    else:
        messages.success(request, f"已按在库人数比例分配 {given} 人。")
    return _back(made, "#s3")


def copy(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """复制上年."""
    try:
        made = grid.copy_last_year(application, **_hand(request))
    except grid.NothingToCopy as refusal:
        raise DeedRefused("没有该评委会往年审核通过的申请可以复制。", "#s3") from refusal
    messages.success(request, "已复制上年席位分布。")
    return _back(made, "#s3")


def derive(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """备选按比例补齐."""
    return _back(grid.derive_alternates(application, **_hand(request)), "#s3")


def _whole(text: str) -> int:
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 4):
        return 0
    return int(plain) if int(plain) <= MOST_SEATS else 0


def _change(
    request: HttpRequest,
    application: DrawApplication,
    seats: dict[str, Seat],
    anchor: str,
    **more: Any,
) -> HttpResponse:
    made = grid.change_seats(application, seats=seats, **_hand(request), **more)
    return _back(made, anchor)


def set_primary(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """One specialty's primaries: `code:number`."""
    code, _, number = argument.partition(":")
    code = _code(code)
    return _change(
        request, application, {code: Seat(primary=_whole(number))}, f"#id_primary-{code}"
    )


def set_alternate(
    request: HttpRequest, application: DrawApplication, argument: str
) -> HttpResponse:
    """One specialty's alternates: `code:number`."""
    code, _, number = argument.partition(":")
    code = _code(code)
    seat = Seat(alternate=_whole(number), alternate_typed=True)
    return _change(request, application, {code: seat}, f"#id_primary-{code}")


def set_seats(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """Both of one specialty: `code:primary:alternate`."""
    code, primary, alternate, *_ = [*argument.split(":"), "", ""]
    code = _code(code)
    seat = Seat(primary=_whole(primary), alternate=_whole(alternate), alternate_typed=True)
    return _change(request, application, {code: seat}, f"#id_primary-{code}")


def set_total(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """The total of a whole-pool draw."""
    return _change(request, application, {}, "#s3", total=_whole(argument))


def set_alternate_total(
    request: HttpRequest, application: DrawApplication, argument: str
) -> HttpResponse:
    """The alternates of a whole-pool draw."""
    return _change(request, application, {}, "#s3", alternate_total=_whole(argument))


def set_cap(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """The cap per employer."""
    return _change(request, application, {}, "#s1", cap=max(1, _whole(argument)))


def set_draw_time(
    request: HttpRequest, application: DrawApplication, argument: str
) -> HttpResponse:
    """The day of the draw, at nine."""
    day = parse_date(argument)
    if day is None:
        raise DeedRefused("日期无法识别。", "#s1")
    at = timezone.make_aware(datetime.combine(day, time(9)))
    return _change(request, application, {}, "#s1", draw_at=at)


def find(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """查找 without scripts: the words go into the address, the page lists what fits."""
    kind = argument if argument in ("unit", "expert", "member") else "unit"
    words = request.POST.get(f"find_{kind}", "").replace("\x00", "")[:60]
    return _back(application, f"#find-{kind}", find=kind, q=words)


def add(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """Add what was found: `unit:id`, `expert:id`, `member:id`."""
    kind, _, key = argument.partition(":")
    if not (key.isascii() and key.isdigit() and len(key) < 16):
        raise DeedRefused("请从查找结果中选择。", "#s4")
    rows = application.avoidances
    if kind == "unit":
        present = rows.filter(kind=DrawAvoidance.Kind.UNIT).values_list("unit_id", flat=True)
        draft = Draft(units=[*present, int(key)])
    elif kind == "expert":
        present = rows.filter(kind=DrawAvoidance.Kind.EXPERT).values_list("expert_id", flat=True)
        draft = Draft(experts=[*present, int(key)])
    else:
        return designate(request, application, key)
    saving.save_application(
        application, draft=draft, revision=application.revision, **_hand(request)
    )
    return _back(application, "#s4")


def designate(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """Appoint somebody: the first is chair, the others vice-chairs until said otherwise."""
    key = argument or request.POST.get("new_member", "")
    if not (key.isascii() and key.isdigit() and len(key) < 16):
        raise DeedRefused("请先选择要指定的专家。", "#designated")
    present = [(m.expert_id, m.duty, m.reason) for m in application.designated.all()]
    has_chair = any(duty == DesignatedMember.Duty.CHAIR for _, duty, _ in present)
    duty = DesignatedMember.Duty.VICE_CHAIR if has_chair else DesignatedMember.Duty.CHAIR
    saving.save_application(
        application,
        draft=Draft(designated=[*present, (int(key), str(duty), "")]),
        revision=application.revision,
        **_hand(request),
    )
    return _back(application, "#designated")


def dismiss(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """Take a designated member off again."""
    kept = [
        (m.expert_id, m.duty, m.reason)
        for m in application.designated.all()
        if str(m.expert_id) != argument
    ]
    saving.save_application(
        application, draft=Draft(designated=kept), revision=application.revision, **_hand(request)
    )
    return _back(application, "#designated")


def add_files(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """Attach the chosen files, each judged by itself."""
    files = request.FILES.getlist("files")
    if not files:
        raise DeedRefused("请先选择要上传的文件。", "#s5")
    for upload in files:
        try:
            attach(application.matter, upload=upload, by=request.user)
        except AttachmentRefused as refusal:
            messages.error(request, str(refusal))
    return _back(application, "#s5")


def remove_file(request: HttpRequest, application: DrawApplication, argument: str) -> HttpResponse:
    """Take a file off; the fact stays in the history."""
    rows = application.matter.attachments.present()
    wanted = argument if argument.isascii() and argument.isdigit() and len(argument) < 16 else "0"
    remove_attachment(get_object_or_404(rows, pk=int(wanted)), by=request.user)
    return _back(application, "#s5")


DEEDS: dict[str, Deed] = {
    "save": save,
    "submit": submit,
    "trial": trial,
    "clear": clear,
    "spread": spread,
    "copy_last_year": copy,
    "derive_alternates": derive,
    "set_primary": set_primary,
    "set_alternate": set_alternate,
    "set_seats": set_seats,
    "set_total": set_total,
    "set_alternate_total": set_alternate_total,
    "set_cap": set_cap,
    "set_draw_time": set_draw_time,
    "find": find,
    "add": add,
    "designate": designate,
    "dismiss": dismiss,
    "add_files": add_files,
    "remove_file": remove_file,
}
