"""Official documents as PDF: a typst template, data as JSON, our own fonts, nothing from the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

PACKAGE = Path(__file__).resolve().parent.parent
FONTS = Path(__file__).resolve().parent / "fonts"


@cache
def _fonts() -> typst.Fonts:
    """The faces committed beside this module, and the fixed-width face inside the typst package."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)]
    )


def render_pdf(template: Path, data: Mapping[str, Any], *, at: datetime | None = None) -> bytes:
    """The PDF of `template` (a .typ file inside the package), which reads `data` from sys.inputs.

    The result is PDF/A-2u: every character maps to Unicode, so text can be searched and copied. A
    name with a character that our font lacks must be printed all the same: PDF/A forbids that, so
    the document is then made as an ordinary PDF, where the character is a box and still copied right.
    Templates share /web/typst/office.typ. The same data at the same time gives the same bytes.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    timestamp = int((at or timezone.now()).timestamp())
    try:
        return _compile(template, inputs, timestamp, ["a-2u"])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _compile(template, inputs, timestamp, [])


def _compile(template: Path, inputs: dict[str, str], timestamp: int, standards: list[Any]) -> bytes:
    return bytes(
        typst.compile(
            str(template),
            root=str(PACKAGE),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=standards,
            timestamp=timestamp,
        )
    )


def qr_svg(text: str, *, dark: str = "#0c2d5e") -> str:
    """A QR code (error correction M) as a standalone SVG drawing, four modules of white around it."""
    code = segno.make(text, error="m", micro=False)
    return str(code.svg_inline(scale=1, border=4, dark=dark, omitsize=True))


def qr_path(text: str) -> tuple[int, str]:
    """The side of a QR code in modules, border included, and its dark modules as one SVG path."""
    border = 2
    code = segno.make(text, error="m", micro=False)
    side, _ = code.symbol_size(scale=1, border=border)
    runs = []
    for y, row in enumerate(code.matrix):
        start = None
        for x, bit in enumerate([*row, 0]):
            if bit and start is None:
                start = x
            elif not bit and start is not None:
                runs.append(f"M{start + border} {y + border}h{x - start}v1H{start + border}z")
                start = None
    return int(side), "".join(runs)


def pdf_response(filename: str, body: bytes, *, inline: bool = True) -> HttpResponse:
    """A PDF answer with a Chinese file name that every browser keeps."""
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = str(content_disposition_header(not inline, filename))
    return response
