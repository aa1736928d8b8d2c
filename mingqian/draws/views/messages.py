"""信息与答复链接: the outbox of a roster, writing with a preview, reading, printing, registering by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingqian.accounts.access import requires
from mingqian.draws.adapters import adapter_for
from mingqian.draws.letters import SAMPLE_LINK, letter
from mingqian.draws.models import Channel, Message, Roster
from mingqian.draws.queries.answer_links import seat_words
from mingqian.draws.queries.documents import sheet_data
from mingqian.draws.queries.outbox import WAYS, WITH_LINK, addressees, last_message, outbox_rows
from mingqian.draws.services.messages import (
    cancel_messages,
    check_open,
    hand_on,
    mark_sent,
    read_message,
    texts_to_print,
    write_messages,
)
from mingqian.draws.services.rosters import RosterRefused, open_lock
from mingqian.web.components import Tab
from mingqian.web.pdf import pdf_response, render_pdf

from .lookup import roster_or_404

PERMISSION = "draws.send_message"
PAGE_SIZE = 100
Kind, Status = Message.Kind, Message.Status
SHEET = Path(__file__).resolve().parent.parent / "typst" / "invitations.typ"
NOTES = {
    Kind.INVITATION: "在席、尚未确认、手中没有链接的专家，每人一个答复链接",
    Kind.REMINDER: "通知过、尚未答复的专家；新链接发出后，旧链接失效",
    Kind.CHANGE: "在席的专家，按现在的时间、地点；换发新的链接",
    Kind.RELIEF: "通知过、现已不在席的专家；不含链接",
}


@requires(PERMISSION)
@require_GET
def outbox(request: HttpRequest, number: str) -> HttpResponse:
    """Every message with its state, and what can be written now."""
    roster = roster_or_404(request, number)
    status = request.GET.get("status", "")
    status = status if status in Status.values else ""
    rows = roster.messages.select_related(
        "seat__expert", "seat__group", "seat__specialty", "link", "made_by", "sent_by"
    )
    page = Paginator(rows.filter(status=status) if status else rows, PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = _about(request, roster) | {
        "page": page,
        "rows": outbox_rows(page.object_list),
        "status": status,
        "tabs": _tabs(roster, number, status, request.GET.get("attempt", "")),
        "offers": _offers(roster),
        "released": roster.released_at is not None,
        "locked": open_lock(roster) is not None,
        "may_release": request.user.may("draws.release_roster"),
        "may_move": request.user.may("draws.reschedule_meeting"),
        "late": roster.answer_by is not None and roster.answer_by <= timezone.now(),
        "by_hand": not any(sends for _, _, sends in _ways()),
        "query": _joined("&", status=status, attempt=request.GET.get("attempt", "")),
    }
    return render(request, "draws/outbox.html", context)


def _about(request: HttpRequest, roster: Roster) -> dict[str, Any]:
    return {
        "roster": roster,
        "draw": roster.draw,
        "application": roster.draw.application,
        "attempt": _attempt(request),
    }


def _tabs(roster: Roster, number: str, status: str, attempt: str) -> list[Tab]:
    counts = dict(roster.messages.order_by().values_list("status").annotate(n=Count("pk")))
    here = reverse("draws:messages", args=[number])

    def tab(label: str, value: str, count: int) -> Tab:
        query = _joined("?", status=value, attempt=attempt)
        return Tab(label, f"{here}{query}", count, current=value == status)

    return [
        tab("全部", "", sum(counts.values())),
        *(tab(each.label, each.value, counts.get(each.value, 0)) for each in Status),
    ]


def _offers(roster: Roster) -> list[dict[str, Any]]:
    """The kinds of message there is somebody for now: kind, label, how many, note."""
    if roster.released_at is None:
        return []
    offers = []
    for kind in (Kind.INVITATION, Kind.REMINDER, Kind.RELIEF):
        try:
            check_open(roster, kind, at=timezone.now())
        except RosterRefused:
            continue
        if roster.is_void and kind != Kind.RELIEF:
            continue
        number = len(addressees(roster, kind).standings)
        offers.append(
            {"kind": kind.value, "label": kind.label, "number": number, "note": NOTES[kind]}
        )
    return offers


@requires(PERMISSION)
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, number: str) -> HttpResponse:
    """发送答复链接: the preview of a message to the chosen (`seat`, repeated; none: all it is for), then the deed.

    The preview writes nothing, so that it has an address too, for those ticked on 确认专家参评.
    """
    roster = roster_or_404(request, number)
    asked = request.POST if request.method == "POST" else request.GET
    kind = asked.get("kind", "") or Kind.INVITATION.value
    channel = asked.get("channel", "") or Channel.SMS.value
    seats = _numbers(asked, "seat")
    back = redirect(_outbox_url(number, request))
    if kind not in Kind.values or channel not in dict(WAYS):
        messages.error(request, "请选择信息种类和发送渠道。")
        return back
    if request.POST.get("step") == "write":
        seen = (_numbers(request.POST, "seen") or [0])[0]
        _write(request, roster, kind, channel, seats or [], seen)
        return back
    try:
        check_open(roster, kind, at=timezone.now())
    except RosterRefused as refusal:
        messages.error(request, refusal.told)
        return back
    found = addressees(roster, kind, seats=seats, channel=channel)
    sample = found.standings[0] if found.standings else None
    link = SAMPLE_LINK if kind in WITH_LINK else ""
    context = _about(request, roster) | {
        "kind": kind,
        "label": Kind(kind).label,
        "note": NOTES[Kind(kind)],
        "channel": channel,
        "ways": [each for each in _ways() if each[2] or each[0] != Channel.PHONE],
        "people": [(each.seat.expert, seat_words(each.seat)) for each in found.standings],
        "left_out": [(each.seat.expert.name, why) for each, why in found.left_out],
        "seen": last_message(roster),
        "seats": [each.seat_id for each in found.standings],
        "sample": letter(kind, roster, sample.seat, link=link) if sample else "",
        "sample_name": sample.seat.expert.name if sample else "",
    }
    return render(request, "draws/messages_preview.html", context)


def _ways() -> list[tuple[str, str, bool]]:
    """(way, words, whether something sends it here): without that a call is the office's own."""
    return [(way.value, label, adapter_for(way) is not None) for way, label in WAYS]


def _write(
    request: HttpRequest, roster: Roster, kind: str, channel: str, seats: list[int], seen: int
) -> None:
    by = request.user
    try:
        written = write_messages(roster, kind=kind, by=by, seats=seats, channel=channel, seen=seen)
    except RosterRefused as refusal:
        messages.error(request, refusal.told)
        return
    sent, failed = hand_on(roster, [each.pk for each in written.messages], by=by)
    told = f"已写好 {len(written.messages)} 份{Kind(kind).label}"
    if sent or failed:
        told += f"，发出 {sent} 份" + (f"，{failed} 份未能发出" if failed else "")
    elif written.messages:
        told += "，在发件箱待发送"
    if written.left_out:
        told += f"；另有 {len(written.left_out)} 人未写"
    (messages.warning if failed or written.left_out else messages.success)(request, f"{told}。")


@requires(PERMISSION)
@require_POST
def deeds(request: HttpRequest, number: str) -> HttpResponse:
    """已发出, 发送, 取消 of the chosen (`row`, repeated)."""
    roster = roster_or_404(request, number)
    chosen = _numbers(request.POST, "row") or []
    action = request.POST.get("action", "")
    by = request.user
    work: dict[str, tuple[Callable[[], int], str]] = {
        "sent": (lambda: mark_sent(roster, chosen, by=by), "已登记 {n} 份为已发送。"),
        "paper": (
            lambda: mark_sent(roster, chosen, by=by, channel=Channel.PAPER),
            "已登记 {n} 份为书面送达。",
        ),
        "resend": (lambda: hand_on(roster, chosen, by=by)[0], "发出 {n} 份。"),
        "cancel": (
            lambda: cancel_messages(roster, chosen, by=by),
            "已取消 {n} 份，其中的链接失效。",
        ),
    }
    if action in work and chosen:
        deed, told = work[action]
        try:
            done = deed()
        except RosterRefused as refusal:
            messages.error(request, refusal.told)
        else:
            (messages.success if done else messages.warning)(
                request, told.format(n=done) if done else "所选信息已经发送、取消或失效，没有变动。"
            )
    else:
        messages.warning(request, "请先勾选信息。")
    return redirect(_outbox_url(number, request))


@requires(PERMISSION)
@require_GET
def show_message(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One message in full; the reading is logged."""
    roster = roster_or_404(request, number)
    message = get_object_or_404(
        Message.objects.select_related(
            "seat__expert", "seat__group", "seat__specialty", "link", "made_by", "sent_by",
            "roster__draw__application__matter",
        ),
        pk=pk,
        roster=roster,
    )  # fmt: skip
    text = read_message(message, by=request.user)
    (row,) = outbox_rows([message])
    context = _about(request, roster) | {"message": message, "text": text, "row": row}
    return render(request, "draws/message.html", context)


@requires(PERMISSION)
@require_POST
def print_sheet(request: HttpRequest, number: str) -> HttpResponse:
    """A slip of paper for each of the chosen, with the link as a QR code; logged."""
    roster = roster_or_404(request, number)
    try:
        texts = texts_to_print(roster, _numbers(request.POST, "row") or [], by=request.user)
    except RosterRefused as refusal:
        messages.error(request, refusal.told)
        return redirect(_outbox_url(number, request))
    now = timezone.now()
    body = render_pdf(SHEET, sheet_data(roster, texts, at=now), at=now)
    return pdf_response(f"{number}-参评通知.pdf", body)


def _numbers(sent: QueryDict, name: str) -> list[int] | None:
    """The keys that a form or an address sends, or None where it sends none."""
    values = sent.getlist(name)
    found = [int(each) for each in values if each.isascii() and each.isdigit() and len(each) < 16]
    return found if values else None


def _attempt(request: HttpRequest) -> str:
    """What every address here carries on: the attempt looked back at, if any."""
    return _joined("?", attempt=request.GET.get("attempt", ""))


def _joined(sign: str, **values: str) -> str:
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{sign}{query}" if query else ""


def _outbox_url(number: str, request: HttpRequest) -> str:
    return f"{reverse('draws:messages', args=[number])}{_attempt(request)}"
