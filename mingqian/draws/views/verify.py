"""Public verification: no sign-in, nothing stored, the same answer for everybody."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from mingqian.accounts.access import public
from mingqian.draws import offline
from mingqian.draws.queries.published import (
    OnRecord,
    earlier_code,
    on_record,
    published_draw,
    published_version,
    stored_as,
)
from mingqian.draws.short_codes import read_short_code
from mingqian.draws.signing import public_key
from mingqian.draws.verification import (
    AT_ONCE_BYTES,
    LARGEST,
    Busy,
    Kept,
    TookTooLong,
    earlier_of,
    judge,
    kept_of,
    tell,
    verifier_path,
)

from .often import MOST_LOOKUPS_A_MINUTE, too_many
from .verify_version import show_version

FORM_ROOM = 64 * 1024
OFFLINE_NAME = "抽取凭证离线验证.html"
MOST_A_MINUTE = 20


@public
@csrf_exempt  # Nothing is stored and nobody is signed in: there is nothing a forged request could do.
@require_http_methods(["GET", "HEAD", "POST"])
def verify_page(request: HttpRequest) -> HttpResponse:
    """The form; posted, the report on an uploaded transcript, or the way to a short code's page."""
    if request.method != "POST":
        if "code" in request.GET:
            return _to_code(request, request.GET["code"])
        return _page(request)
    # Looked at before the body is read, so that an enormous one costs nothing.
    if _length(request) > 2 * LARGEST + FORM_ROOM:
        return _page(request, problem=_too_large(), status=413)
    upload = request.FILES.get("file")
    if upload is None:
        code = request.POST.get("code", "")
        if code.strip():
            return _to_code(request, code)
        return _page(request, problem=("请选择凭证文件", "或输入公证单上的短码。"), status=400)
    previous = request.FILES.get("previous")
    if max(upload.size or 0, (previous.size or 0) if previous else 0) > LARGEST:
        return _page(request, problem=_too_large(), status=413)
    if too_many("upload", MOST_A_MINUTE):
        return _page(request, problem=_too_often(), status=429)
    name = "".join(c for c in (upload.name or "") if c.isprintable())[:120]
    data, before = upload.read(), previous.read() if previous else b""
    # With a file before it the two are computed together, so what was said of one alone does not do.
    stored = stored_as(data) if len(data) > AT_ONCE_BYTES and not before else None
    kept = kept_of(stored) if stored else None
    return _report(request, data, filename=name or "凭证.json", previous=before, kept=kept)


@public
@require_GET
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """The report on the stored transcript of a short code."""
    if too_many("code", MOST_LOOKUPS_A_MINUTE):
        return _page(request, problem=_too_often(), status=429)
    draw = published_draw(code)
    if draw is None and (version := published_version(code)) is not None:
        return show_version(request, code, version)
    if draw is None or draw.transcript is None:
        problem = (
            "没有找到这个短码",
            "短码印在抽取公证单、抽取记录表和评委名单上，形如 NJ7K-4QXM-92。请核对后重新输入。",
        )
        return _page(request, problem=problem, code=code[:20], status=404)
    if code != draw.short_code:
        return redirect("draws:verify-code", code=draw.short_code)
    return _report(
        request,
        bytes(draw.transcript),
        filename=f"{draw.application.number}-凭证.json",
        code=draw.short_code,
        previous=earlier_of(draw),
        kept=kept_of(draw),
    )


@public
@require_GET
def public_transcript(request: HttpRequest, code: str) -> HttpResponse:
    """The transcript itself, byte for byte; it names nobody."""
    draw = published_draw(code)
    if draw is None or draw.transcript is None:
        raise Http404
    response = HttpResponse(bytes(draw.transcript), content_type="application/json")
    filename = f"{draw.application.number}-凭证.json"
    response["Content-Disposition"] = content_disposition_header(True, filename)
    return response


@public
@require_GET
def verifier(request: HttpRequest) -> FileResponse:
    """The one-file verifier, as it stands in this installation."""
    return FileResponse(
        verifier_path().open("rb"),
        as_attachment=True,
        filename="verify.py",
        content_type="text/x-python",
    )


@public
@require_GET
def offline_verifier(request: HttpRequest) -> HttpResponse:
    """The second verifier: one page that judges a transcript in the browser, saved or from here.

    It brings its whole script and style along, so its policy names them by hash and allows nothing from this server.
    """
    response = HttpResponse(offline.page(), content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = f"{offline.policy()}; frame-ancestors 'none'"
    response["Content-Disposition"] = content_disposition_header(False, OFFLINE_NAME) or "inline"
    return response


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


def _to_code(request: HttpRequest, typed: str) -> HttpResponse:
    code = read_short_code(typed)
    if not code:
        problem = ("短码的样子不对", "短码是 10 位字母和数字，形如 NJ7K-4QXM-92，没有 0、1、I、O。")
        return _page(request, problem=problem, code=typed[:20], status=400)
    return redirect("draws:verify-code", code=code)


def _too_large() -> tuple[str, str]:
    return "文件超过 20 MB", "抽取凭证不会这么大，请核对是否选错了文件。"


def _took_too_long() -> tuple[str, str]:
    told = (
        "这不说明文件是真是假。请保存离线验证页，或下载验证程序 verify.py，在自己的电脑上验证，那里不限时间；"
        "本平台的凭证，也可输入短码查看抽取时的验证结论。"
    )
    return "这份文件不能在本页限定的时间内验完", told


def _too_often() -> tuple[str, str]:
    return "验证过于频繁", "请一分钟后再试；也可以下载离线验证程序，在自己的电脑上验证。"


def _report(
    request: HttpRequest,
    data: bytes,
    *,
    filename: str,
    code: str = "",
    previous: bytes = b"",
    kept: Kept | None = None,
) -> HttpResponse:
    started = monotonic()
    try:
        verdict = tell(kept.judgement if kept else judge(data, previous), data)
    except Busy:
        problem = ("正在验证的人较多", "请稍后再试；也可以下载离线验证程序，在自己的电脑上验证。")
        return _page(request, problem=problem, status=503)
    except TookTooLong:
        problem = _took_too_long()
        return _page(request, problem=problem, status=422)
    if kept and verdict.ok:
        verdict = replace(verdict, text="抽取时逐项算出的结论，本页没有重算")
    found = on_record(digest=verdict.digest, number=verdict.number, data=data)
    if verdict.ok and found.is_void:
        verdict = replace(verdict, title=f"{verdict.title.split('，')[0]}，但本次抽取已作废")
    return _page(
        request,
        verdict=verdict,
        found=found,
        record=_record_words(found, verdict.ok),
        filename=filename,
        size=f"{len(data):,}",
        seconds=f"{kept.seconds if kept else monotonic() - started:.2f}",
        code=code,
        kept=kept,
        earlier_code=earlier_code(found.draw) if found.same_bytes else "",
    )


def _record_words(found: OnRecord, ok: bool) -> tuple[str, str, str]:
    """(tone, title, text): how the file stands to what this platform has on record."""
    if found.draw is not None and found.is_void:
        return (
            "red",
            "本次抽取已作废",
            "凭证在本平台有存档，但该次抽取已由人社部门与监督人员共同作废，结果不再有效。",
        )
    if found.draw is not None and found.same_bytes:
        return "green", "与本平台存档一致", "凭证与本平台存档逐字节相同，该次抽取有效。"
    if found.draw is not None:
        tone = "amber" if ok else "red"
        return (
            tone,
            "与本平台存档不同",
            "凭证所称的指纹在本平台有存档，但文件内容与存档不同，请以存档为准。",
        )
    if found.other_code:
        return (
            "red",
            "与本平台存档不符",
            f"本平台存有该编号的另一份凭证（短码 {found.other_code}），不是这一份。",
        )
    if ok:
        return (
            "amber",
            "本平台没有这份凭证的存档",
            "文件前后相符，但不能证明它由本平台产生。请与抽取公证单上的凭证指纹核对。",
        )
    return "gray", "本平台没有这份凭证的存档", "请从公证单上的短码进入，重新下载凭证。"


def _page(request: HttpRequest, *, status: int = 200, **context) -> HttpResponse:
    context |= {
        "public_key": public_key(),
        "support": settings.MINGQIAN["SUPPORT"],
        "offline_name": OFFLINE_NAME,
        "largest": LARGEST,
    }
    return render(request, "draws/verify.html", context, status=status)
