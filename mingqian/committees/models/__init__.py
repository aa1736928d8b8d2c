"""Nouns of organisation and of titles: units, offices, series, committees, filings, groups, meetings."""

from .committee import (
    Basis,
    Committee,
    CommitteeFiling,
    CommitteeLevel,
    DisciplineGroup,
    GroupSpecialty,
)
from .organisation import CommitteeOffice, Status, Unit, UnitType
from .titles import Series, Specialty, TitleGrade

__all__ = [
    "Basis",
    "Committee",
    "CommitteeFiling",
    "CommitteeLevel",
    "CommitteeOffice",
    "DisciplineGroup",
    "GroupSpecialty",
    "Series",
    "Specialty",
    "Status",
    "TitleGrade",
    "Unit",
    "UnitType",
]
