"""The gate before a workbook is opened: is it an .xlsx at all, and could opening it hurt?

Only the first bytes and the archive's directory are read here; nothing is unpacked.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

MOST_BYTES = 20 * 1024 * 1024
MOST_ENTRIES = 2_000
MOST_UNPACKED = 256 * 1024 * 1024
MOST_RATIO = 150
# A small archive may be packed tighter than the ratio allows: it cannot hurt.
HARMLESS_UNPACKED = 16 * 1024 * 1024

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_MAGIC = b"PK\x03\x04"


class RefusedWorkbook(Exception):
    """Why a file is not taken, in words for the person who chose it: what happened and what to do."""


def too_large(size: int) -> RefusedWorkbook:
    """The refusal of a file by its size alone."""
    return RefusedWorkbook(
        f"文件有 {size / 1024 / 1024:.1f} MB，超过 {MOST_BYTES // 1024 // 1024} MB 的上限。"
        "请删去图片和无关的工作表，或分成几个文件分次导入。"
    )


def check_workbook(filename: str, content: bytes) -> None:
    """Raise RefusedWorkbook unless the bytes are a harmless-looking .xlsx file."""
    if len(content) > MOST_BYTES:
        raise too_large(len(content))
    if not content:
        raise RefusedWorkbook("文件是空的。请重新选择名册文件。")
    if content.startswith(OLE_MAGIC):
        _refuse_ole(content)
    if not content.startswith(ZIP_MAGIC):
        raise RefusedWorkbook(
            "这个文件不是 Excel 工作簿。请在 Excel 或 WPS 中打开名册，另存为「Excel 工作簿 (*.xlsx)」后再上传。"
        )
    if not filename.lower().endswith(".xlsx"):
        raise RefusedWorkbook(
            "只接受扩展名为 .xlsx 的文件。请在 Excel 或 WPS 中另存为「Excel 工作簿 (*.xlsx)」。"
        )
    _check_directory(content)


def _refuse_ole(content: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise RefusedWorkbook(
            "工作簿设有打开密码，系统无法读取。请在 Excel 或 WPS 中取消密码，保存后再上传。"
        )
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        raise RefusedWorkbook(
            "这是旧版 .xls 文件。请在 Excel 或 WPS 中另存为「Excel 工作簿 (*.xlsx)」后再上传。"
        )
    raise RefusedWorkbook("这个文件不是 Excel 工作簿。请选择 .xlsx 格式的名册文件。")


def _check_directory(content: bytes) -> None:
    """Judge the archive by its own directory: how many parts, how large it says they are."""
    try:
        entries = zipfile.ZipFile(BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        raise RefusedWorkbook("文件已损坏，无法打开。请重新保存一份后再上传。") from None
    names = {entry.filename for entry in entries}
    if "xl/workbook.bin" in names:
        raise RefusedWorkbook(
            "这是二进制格式 (.xlsb) 的工作簿。请另存为「Excel 工作簿 (*.xlsx)」后再上传。"
        )
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise RefusedWorkbook("文件里没有工作簿。请确认选择的是名册，而不是压缩包或其他文档。")
    if any(entry.flag_bits & 1 for entry in entries):
        raise RefusedWorkbook("文件经过加密，系统无法读取。请取消密码后再上传。")
    unpacked = sum(entry.file_size for entry in entries)
    bomb = unpacked > HARMLESS_UNPACKED and unpacked > MOST_RATIO * len(content)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or bomb:
        raise RefusedWorkbook(
            "文件展开后异常庞大，已拒绝打开。请把名册的数据复制到一个新工作簿，保存后再上传。"
        )
