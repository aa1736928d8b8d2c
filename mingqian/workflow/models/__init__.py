"""Nouns of everything that is reviewed: matters, their versions, opinions and attachments."""

from .attachment import Attachment, AttachmentCategory, attachment_storage
from .matter import Action, Matter, MatterStatus, MatterVersion, Opinion

__all__ = [
    "Action",
    "Attachment",
    "AttachmentCategory",
    "Matter",
    "MatterStatus",
    "MatterVersion",
    "Opinion",
    "attachment_storage",
]
