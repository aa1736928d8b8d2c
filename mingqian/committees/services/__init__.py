"""Verbs of organisation: every write of units, offices, committees, filings and groups."""

from .committees import create_committee, file_committee, set_groups
from .dictionaries import add_specialties, load_dictionaries
from .judging import NotAccepted
from .units import close_unit, create_office, save_unit

__all__ = [
    "NotAccepted",
    "add_specialties",
    "close_unit",
    "create_committee",
    "create_office",
    "file_committee",
    "load_dictionaries",
    "save_unit",
    "set_groups",
]
