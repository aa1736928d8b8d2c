"""Nouns of the expert pool: who may judge, for which committee, until when, and how registers came in."""

from .expert import (
    Degree,
    Education,
    EmploymentRelation,
    Expert,
    ExpertEmployment,
    ExpertStatus,
    ExpertUnavailability,
    Gender,
    IdType,
)
from .imports import ImportRow, PoolImport, RowVerdict
from .membership import MemberDuty, MembershipSpecialty, MembershipStatus, PoolMembership

__all__ = [
    "Degree",
    "Education",
    "EmploymentRelation",
    "Expert",
    "ExpertEmployment",
    "ExpertStatus",
    "ExpertUnavailability",
    "Gender",
    "IdType",
    "ImportRow",
    "MemberDuty",
    "MembershipSpecialty",
    "MembershipStatus",
    "PoolImport",
    "PoolMembership",
    "RowVerdict",
]
