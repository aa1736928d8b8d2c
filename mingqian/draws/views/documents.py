"""The papers of a draw and of its roster as PDF, and the transcript as published."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from mingqian.accounts.access import check, requires
from mingqian.draws.forms.papers import PurposeForm
from mingqian.draws.models import Draw
from mingqian.draws.queries.documents import notary_data, record_data, transcript_name
from mingqian.draws.queries.papers import (
    attendance_data,
    cards_data,
    handed_by,
    later_data,
    letters_data,
    list_data,
    sheet_of,
    watermark_of,
)
from mingqian.draws.queries.roster import Roster
from mingqian.draws.queries.roster_proof import roster_proof
from mingqian.draws.queries.standing import roster_of
from mingqian.draws.services.release import release_document
from mingqian.web.pdf import pdf_response, render_pdf

from .frozen import tells_unreadable
from .roster import found_draw

TEMPLATES = Path(__file__).resolve().parent.parent / "typst"
NAMED = "draws.export_roster"
Data = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A paper: its title, template, and what makes its data of a sheet (None: of the draw).

    `purposes`: what it is usually printed for with names, empty for one that has none. `handed`: it goes to the person
    it names, is of no use masked, and says at its foot who made it instead of carrying a watermark.
    """

    title: str
    template: str
    of_sheet: Data | None = None
    purposes: tuple[str, ...] = ()
    handed: bool = False


KINDS = {
    "record": Kind("评审专家抽取记录表", "record.typ", purposes=("现场核对签字", "归档")),
    "notary": Kind("抽取公证单", "notary.typ"),
    "roster": Kind("评委名单", "roster.typ", list_data, ("会务安排", "报送主管部门", "归档")),
    "attendance": Kind(
        "抽取结果暨签到表", "attendance.typ", attendance_data, ("会议现场签到", "归档")
    ),
    "cards": Kind("席卡", "cards.typ", cards_data, ("会议现场摆放",), handed=True),
    "invitations": Kind(
        "邀请函",
        "letters.typ",
        partial(letters_data, kind="invitations"),
        ("通知专家参会",),
        handed=True,
    ),
    "appointments": Kind(
        "聘书",
        "letters.typ",
        partial(letters_data, kind="appointments"),
        ("颁发聘书",),
        handed=True,
    ),
}


@requires("draws.view_roster")
@require_GET
@tells_unreadable
def document(request: HttpRequest, number: str, kind: str) -> HttpResponseBase:
    """One official document, its names masked for everybody; each making is logged.

    Of one that is handed to the person it names, this leads to where it is made.
    """
    paper = _kind(kind)
    draw = found_draw(request, number)
    if paper.handed:
        check(request.user, NAMED)
        query = request.GET.urlencode()
        return redirect(
            reverse("draws:named-document", args=[number, kind]) + (f"?{query}" if query else "")
        )
    now = timezone.now()
    body = render_pdf(TEMPLATES / paper.template, _data(request, draw, kind, paper, now), at=now)
    release_document(draw, kind=kind, masked=True, by=request.user, at=now)
    return pdf_response(f"{number}-{paper.title}.pdf", body)


@requires(NAMED)
@require_http_methods(["GET", "POST"])
@tells_unreadable
def named_document(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """The same with names: it asks what for, says so on every page, and in the log."""
    paper = _kind(kind)
    if not paper.purposes:
        raise Http404(kind)
    draw = found_draw(request, number)
    first = draw.application.parent
    if paper.handed and first is not None:
        # Whoever came by a supplement sits on the roster of the first draw: one list, one set of letters.
        return redirect("draws:named-document", first.number, kind)
    form = PurposeForm(request.POST if request.method == "POST" else None, usual=paper.purposes)
    if request.method == "POST" and form.is_valid():
        if kind != "appointments" or _letters(request, draw):
            return _named(request, draw, kind, form.cleaned_data["purpose"])
        form.add_error(None, "还没有人确认参评，聘书在确认参评之后制作。")
    address = reverse("draws:roster", args=[number])
    query = request.GET.urlencode()
    context = {
        "draw": draw,
        "application": draw.application,
        "kind": kind,
        "paper": paper,
        "form": form,
        "back": f"{address}?{query}" if query else address,
        "query": query,
    }
    return render(request, "draws/named_document.html", context, status=422 if form.errors else 200)


def _letters(request: HttpRequest, draw: Draw) -> list[Any]:
    """Whoever there is a letter of appointment for: nobody before they confirm."""
    data = letters_data(sheet_of(draw, request.user), kind="appointments", at=timezone.now())
    return list(data["letters"])


def _named(request: HttpRequest, draw: Draw, kind: str, purpose: str) -> HttpResponse:
    paper, now, by = KINDS[kind], timezone.now(), request.user
    data = _data(request, draw, kind, paper, now, named=True)
    if paper.handed:
        data["handed"] = handed_by(by, purpose, now)
    else:
        data["watermark"] = watermark_of(by, purpose, now)
    body = render_pdf(TEMPLATES / paper.template, data, at=now)
    digest = hashlib.sha256(body).hexdigest()
    release_document(draw, kind=kind, masked=False, by=by, purpose=purpose, sha256=digest, at=now)
    return pdf_response(f"{draw.application.number}-{paper.title}.pdf", body, inline=False)


def _kind(kind: str) -> Kind:
    paper = KINDS.get(kind)
    if paper is None:
        raise Http404(kind)
    return paper


def _data(
    request: HttpRequest, draw: Draw, kind: str, paper: Kind, now: datetime, *, named: bool = False
) -> dict[str, Any]:
    """What the template prints, with names only where they are asked for."""
    if paper.of_sheet is not None:
        drawn = request.GET.get("list") == "drawn" and not paper.handed
        return paper.of_sheet(sheet_of(draw, request.user, drawn=drawn, named=named), at=now)
    if kind == "notary":
        return notary_data(draw, at=now)
    roster = Roster(draw, request.user, named=named)
    later = later_data(roster_of(draw), request.user, named=named)
    return record_data(draw, roster, at=now, later=later)


@requires("draws.view_roster")
@require_GET
def transcript(request: HttpRequest, number: str) -> HttpResponse:
    """The transcript, byte for byte."""
    draw = found_draw(request, number)
    release_document(draw, kind="transcript", masked=True, by=request.user)
    response = HttpResponse(bytes(draw.transcript or b""), content_type="application/json")
    response["Content-Disposition"] = content_disposition_header(True, transcript_name(draw))
    return response


@requires("draws.view_roster")
@require_GET
@tells_unreadable
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """名单凭证: with the transcripts, what a verifier recomputes the roster from."""
    draw = found_draw(request, number)
    roster = roster_of(draw)
    if roster is None:
        raise Http404("no roster")
    body = roster_proof(roster)
    release_document(draw, kind="roster_proof", masked=True, by=request.user)
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = content_disposition_header(True, f"{number}-名单凭证.json")
    return response
