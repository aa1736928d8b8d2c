"""Which files an office may attach: judged by extension and by the first bytes, which must agree."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import BinaryIO

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# More entries than any office document has; a directory that long is not read through.
_MOST_ENTRIES = 5000


@dataclass(frozen=True, slots=True)
class FileType:
    """`inside` is a name that the directory of a zip-based document holds."""

    mime: str
    magic: tuple[bytes, ...]
    inside: str = ""


_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES: dict[str, FileType] = {
    "pdf": FileType("application/pdf", (b"%PDF-",)),
    "ofd": FileType("application/ofd", (_ZIP,), "OFD.xml"),
    "doc": FileType("application/msword", (_OLE,)),
    "docx": FileType(f"{_OFFICE}.wordprocessingml.document", (_ZIP,), "word/document.xml"),
    "xls": FileType("application/vnd.ms-excel", (_OLE,)),
    "xlsx": FileType(f"{_OFFICE}.spreadsheetml.sheet", (_ZIP,), "xl/workbook.xml"),
    "png": FileType("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    "bmp": FileType("image/bmp", (b"BM",)),
    "tif": FileType("image/tiff", (b"II*\x00", b"MM\x00*")),
    "tiff": FileType("image/tiff", (b"II*\x00", b"MM\x00*")),
}
ACCEPT = ",".join(f".{extension}" for extension in TYPES)
WORDS = "PDF、OFD、Word、Excel 或图片（png、jpg、bmp、tif）"


def recognise(filename: str, file: BinaryIO) -> FileType | None:
    """The type that both the name and the content speak for; None where they disagree or it is not allowed."""
    _, dot, extension = filename.rpartition(".")
    kind = TYPES.get(extension.lower()) if dot else None
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if kind is None or not head.startswith(kind.magic):
        return None
    if kind.inside and not _zip_holds(file, kind.inside):
        return None
    return kind


def _zip_holds(file: BinaryIO, name: str) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    finally:
        file.seek(0)
    # A macro would make a Word file more than a document.
    return (
        len(names) <= _MOST_ENTRIES and name in names and not any("vbaProject" in n for n in names)
    )
