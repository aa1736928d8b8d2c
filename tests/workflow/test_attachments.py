"""Files on a matter: which are taken, where they lie, who gets them."""

import io
import zipfile

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from mingqian.audit.models import Event
from mingqian.workflow.filetypes import TYPES
from mingqian.workflow.models import Action, Attachment
from mingqian.workflow.models.attachment import MAX_BYTES
from mingqian.workflow.queries import attachments_of
from mingqian.workflow.services import (
    AttachmentRefused,
    NotEditable,
    attach,
    perform,
    remove_attachment,
)
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"0" * 100


def archive(*names: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return memory.getvalue()


SAMPLES = {
    "pdf": PDF,
    "ofd": archive("OFD.xml"),
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100,
    "docx": archive("[Content_Types].xml", "word/document.xml"),
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100,
    "xlsx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "png": b"\x89PNG\r\n\x1a\n" + b"0" * 20,
    "jpg": b"\xff\xd8\xff\xe0" + b"0" * 20,
    "jpeg": b"\xff\xd8\xff\xe1" + b"0" * 20,
    "bmp": b"BM" + b"0" * 20,
    "tif": b"II*\x00" + b"0" * 20,
    "tiff": b"MM\x00*" + b"0" * 20,
}


def upload(name: str = "会议通知.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_every_allowed_type_has_a_sample():
    assert set(SAMPLES) == set(TYPES)


@pytest.mark.parametrize("extension", SAMPLES)
def test_an_allowed_file_is_kept_byte_for_byte_under_a_random_name(matter, clerk, extension):
    attachment = attach(
        matter, upload=upload(f"材料.{extension.upper()}", SAMPLES[extension]), by=clerk
    )
    assert attachment.file.read() == SAMPLES[extension]
    assert attachment.mime == TYPES[extension].mime
    assert "材料" not in attachment.file.name
    assert attachment.office_id == matter.office_id
    assert (
        Event.objects.filter(action="workflow.attach", details__sha256=attachment.sha256).count()
        == 1
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("通知.exe", PDF),
        ("通知.pdf", b"MZ" + b"0" * 100),
        ("通知.pdf", b"<html><script>alert(1)</script></html>"),
        ("通知", PDF),
        ("表.xlsx", archive("word/document.xml")),
        ("表.xlsx", b"PK\x03\x04broken"),
        ("表.docx", archive("word/document.xml", "word/vbaProject.bin")),
        ("图.svg", b"<svg/>"),
        ("网页.html", b"<html>"),
        ("空.pdf", b""),
    ],
)
def test_anything_else_is_refused_with_its_name(matter, clerk, name, content):
    with pytest.raises(AttachmentRefused, match=name):
        attach(matter, upload=upload(name, content), by=clerk)
    assert not Attachment.objects.exists()


def test_twenty_mebibytes_are_taken_and_one_byte_more_is_not(matter, clerk):
    attach(matter, upload=upload(content=PDF.ljust(MAX_BYTES, b"0")), by=clerk)
    with pytest.raises(AttachmentRefused, match="20 MB"):
        attach(matter, upload=upload(content=PDF.ljust(MAX_BYTES + 1, b"0")), by=clerk)


def test_the_same_file_twice_is_one(matter, clerk):
    first = attach(matter, upload=upload(), by=clerk)
    assert attach(matter, upload=upload("另一个名字.pdf"), by=clerk).pk == first.pk


def test_a_path_or_control_characters_in_the_name_do_not_survive(matter, clerk):
    attachment = attach(matter, upload=upload("x.pdf"), by=clerk)
    assert attachment.filename == "x.pdf"
    hostile = upload("x.pdf", PDF + b"1")
    hostile._name = "..\\..\\etc/会\r\n议\u202e通知.pdf"
    assert attach(matter, upload=hostile, by=clerk).filename == "会议通知.pdf"
    long = upload("x.pdf", PDF + b"2")
    long._name = "长" * 300 + ".pdf"
    name = attach(matter, upload=long, by=clerk).filename
    assert (len(name), name[-4:]) == (200, ".pdf")


def test_a_removed_file_is_off_the_list_but_kept(matter, clerk):
    attachment = attach(matter, upload=upload(), by=clerk)
    remove_attachment(attachment, by=clerk)
    remove_attachment(attachment, by=clerk)
    assert not attachments_of(matter).exists()
    assert Attachment.objects.get().file.storage.exists(attachment.file.name)
    assert Event.objects.filter(action="workflow.remove_attachment").count() == 1
    assert attach(matter, upload=upload(), by=clerk).pk != attachment.pk


def test_files_change_only_while_the_document_may(matter, clerk, lead):
    attachment = attach(matter, upload=upload(), by=clerk)
    with pytest.raises(PermissionDenied):
        attach(matter, upload=upload(), by=make_user("clerk"))
    perform(Action.SUBMIT, on=matter, by=lead)
    with pytest.raises(NotEditable):
        attach(matter, upload=upload("二.pdf", PDF + b"1"), by=clerk)
    with pytest.raises(NotEditable):
        remove_attachment(attachment, by=clerk)


def test_a_matter_holds_twenty_files(matter, clerk):
    for serial in range(20):
        attach(matter, upload=upload(f"{serial}.pdf", PDF + str(serial).encode()), by=clerk)
    with pytest.raises(AttachmentRefused, match="最多 20 个"):
        attach(matter, upload=upload("21.pdf", PDF + b"x"), by=clerk)
