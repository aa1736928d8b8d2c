"""The papers of a draw: record, notary sheet and roster as PDF, and the transcript as published."""

from __future__ import annotations

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from mingqian.accounts.access import requires
from mingqian.draws.queries.documents import notary_data, record_data, roster_data, transcript_name
from mingqian.draws.queries.roster import Roster
from mingqian.draws.services.release import release_document
from mingqian.web.pdf import pdf_response, render_pdf

from .frozen import tells_unreadable
from .roster import found_draw

TEMPLATES = Path(__file__).resolve().parent.parent / "typst"
KINDS = {"record": "评审专家抽取记录表", "notary": "抽取公证单", "roster": "评委名单"}


@requires("draws.view_roster")
@require_GET
@tells_unreadable
def document(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """One official document. Names are masked for those who may not see them; each making is logged."""
    if kind not in KINDS:
        raise Http404(kind)
    draw = found_draw(request, number)
    roster = Roster(draw, request.user)
    now = timezone.now()
    if kind == "notary":
        data = notary_data(draw, at=now)
    else:
        data = (record_data if kind == "record" else roster_data)(draw, roster, at=now)
    body = render_pdf(TEMPLATES / f"{kind}.typ", data, at=now)
    release_document(
        draw, kind=kind, masked=kind == "notary" or roster.masked, by=request.user, at=now
    )
    return pdf_response(f"{number}-{KINDS[kind]}.pdf", body)


@requires("draws.view_roster")
@require_GET
def transcript(request: HttpRequest, number: str) -> HttpResponse:
    """The transcript, byte for byte."""
    draw = found_draw(request, number)
    release_document(draw, kind="transcript", masked=True, by=request.user)
    response = HttpResponse(bytes(draw.transcript or b""), content_type="application/json")
    response["Content-Disposition"] = content_disposition_header(True, transcript_name(draw))
    return response
