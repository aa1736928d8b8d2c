"""Matters, versions, opinions, attachments."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db.models import F, OuterRef, Q, Subquery

from mingqian.workflow.models import Attachment, Matter, MatterStatus, MatterVersion, Opinion
from mingqian.workflow.models.matter import DECIDED

from .counting import number_of


def submissions_are_kept() -> Iterator[str]:
    """As many versions as submissions, the last of them by the one who submitted."""
    last = MatterVersion.objects.filter(matter=OuterRef("pk"), number=OuterRef("version"))
    rows = Matter.objects.annotate(
        kept=number_of(MatterVersion.objects.all(), "matter"),
        last_by=Subquery(last.values("submitted_by_id")[:1]),
    ).filter(
        ~Q(kept=F("version"))
        | ~Q(submit_count=F("version"))
        | (Q(version__gt=0) & (Q(submitted_by__isnull=True) | ~Q(last_by=F("submitted_by_id"))))
        | (Q(version__gt=0) & Q(last_by__isnull=True))
        | (Q(version=0) & Q(status__in=[MatterStatus.SUBMITTED, *DECIDED]))
    )
    for matter in rows:
        yield f"{matter.number}：提交 {matter.submit_count} 次，第 {matter.version} 版，存有 {matter.kept} 版"


def decisions_have_their_opinion() -> Iterator[str]:
    """A decided matter has an opinion on its version: that decision, by that person."""
    words = {"APPROVED": "APPROVE", "RETURNED": "RETURN", "REJECTED": "REJECT"}
    found = {
        (o.matter_id, o.version): (o.decision, o.actor_id)
        for o in Opinion.objects.filter(version=F("matter__version")).only(
            "matter", "version", "decision", "actor"
        )
    }
    for matter in Matter.objects.filter(status__in=DECIDED):
        wanted = (words[matter.status], matter.decided_by_id)
        if found.get((matter.pk, matter.version)) != wanted:
            yield f"{matter.number} 的结论没有相符的审核意见"


def four_eyes() -> Iterator[str]:
    for matter in Matter.objects.filter(decided_by=F("submitted_by")):
        yield f"{matter.number} 由提交人自己审核"
    by = MatterVersion.objects.filter(matter=OuterRef("matter"), number=OuterRef("version"))
    opinions = Opinion.objects.annotate(submitter=Subquery(by.values("submitted_by_id")[:1]))
    wrong = (
        Q(actor_id=F("submitter")) | Q(submitter__isnull=True) | ~Q(submitted_by_id=F("submitter"))
    )
    for opinion in opinions.filter(wrong).select_related("matter"):
        yield f"{opinion.matter.number} 第 {opinion.version} 版的审核意见与提交人不符"


def returns_are_counted() -> Iterator[str]:
    returned = number_of(Opinion.objects.filter(decision="RETURN"), "matter")
    for matter in Matter.objects.annotate(told=returned).exclude(told=F("return_count")):
        yield f"{matter.number}：退回 {matter.return_count} 次，意见 {matter.told} 条"


def attachments_are_where_they_were_put() -> Iterator[str]:
    """The file is there, byte for byte, and belongs to its matter's office."""
    for attachment in Attachment.objects.select_related("matter").iterator():
        name = f"{attachment.matter.number} 的附件「{attachment.filename}」"
        if attachment.office_id != attachment.matter.office_id:
            yield f"{name}属于另一个部门"
        try:
            with attachment.file.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            yield f"{name}的文件不在"
            continue
        if digest != attachment.sha256:
            yield f"{name}的内容已被改动"


INVARIANTS = [
    ("每次提交都有版本和提交人", submissions_are_kept),
    ("每个结论都有审核意见", decisions_have_their_opinion),
    ("提交人与审核人不是同一人", four_eyes),
    ("退回次数与意见一致", returns_are_counted),
    ("附件完好", attachments_are_where_they_were_put),
]
