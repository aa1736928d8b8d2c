"""Verbs of the workflow: opening a matter, moving it, and its attachments."""

from .attach import AttachmentRefused, attach, record_download, remove_attachment
from .move import (
    FourEyes,
    NoSuchMove,
    NotReady,
    OpinionRefused,
    SomebodyWasFaster,
    perform,
)
from .open import NotEditable, hold_for_edit, open_matter, retitle

__all__ = [
    "AttachmentRefused",
    "FourEyes",
    "NoSuchMove",
    "NotEditable",
    "NotReady",
    "OpinionRefused",
    "SomebodyWasFaster",
    "attach",
    "hold_for_edit",
    "open_matter",
    "perform",
    "record_download",
    "remove_attachment",
    "retitle",
]
