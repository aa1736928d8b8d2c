"""A locked roster before strangers: what holds of it now, its signed head, its proof. No name anywhere."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from mingqian.accounts.access import public
from mingqian.draws.models import RosterVersion
from mingqian.draws.queries.published import published_version
from mingqian.draws.queries.signed_heads import head_file
from mingqian.draws.signing import public_key
from mingqian.draws.verification import check_version

from .often import MOST_LOOKUPS_A_MINUTE, too_many


def show_version(request: HttpRequest, code: str, version: RosterVersion) -> HttpResponse:
    """What anybody may know of a locked roster: what was checked just now, whether it is in force, from which draws."""
    if code != version.short_code:
        return redirect("draws:verify-code", code=version.short_code)
    report = check_version(version)
    context = {
        "version": version,
        "application": version.roster.draw.application,
        "is_void": version.roster.is_void,
        "report": report,
        "public_key": public_key(),
        "support": settings.MINGQIAN["SUPPORT"],
    }
    return render(request, "draws/verify_version.html", context)


@public
@require_GET
def public_head(request: HttpRequest, code: str) -> HttpResponse:
    """The head of a locked roster with its signature."""
    return _file(code, "名单签署", head_file)


@public
@require_GET
def public_proof(request: HttpRequest, code: str) -> HttpResponse:
    """The proof of a locked roster as it was when signed, byte for byte."""
    return _file(code, "名单凭证", lambda version: bytes(version.proof or b""))


def _file(code: str, kind: str, body: Callable[[RosterVersion], bytes]) -> HttpResponse:
    if too_many("code", MOST_LOOKUPS_A_MINUTE):
        return HttpResponse(
            "下载过于频繁，请一分钟后再试。", content_type="text/plain; charset=utf-8", status=429
        )
    version = published_version(code)
    if version is None or version.head is None:
        raise Http404("no signed roster")
    response = HttpResponse(body(version), content_type="application/json")
    number = version.roster.draw.application.number
    filename = f"{number}-第{version.number}版-{kind}.json"
    response["Content-Disposition"] = content_disposition_header(True, filename)
    return response
