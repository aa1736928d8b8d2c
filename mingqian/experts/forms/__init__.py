"""Judging what was typed about experts."""

from .availability import DeedForm, RevealForm, UnavailabilityForm
from .expert import MembershipForm, NewcomerForm, PersonForm
from .listing import MembershipFilter
from .upload import UploadForm

__all__ = [
    "DeedForm",
    "MembershipFilter",
    "MembershipForm",
    "NewcomerForm",
    "PersonForm",
    "RevealForm",
    "UnavailabilityForm",
    "UploadForm",
]
