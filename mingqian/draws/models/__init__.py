"""Nouns of the draw: what is applied for, what was tried, what was drawn."""

from .application import (
    DesignatedMember,
    DrawApplication,
    DrawAvoidance,
    DrawKind,
    DrawMode,
    SeatQuota,
    TrialDraw,
)
from .draw import (
    Contribution,
    Draw,
    DrawEvent,
    DrawSeat,
    DrawStatus,
    FrozenMember,
    Party,
    SeatType,
)

__all__ = [
    "Contribution",
    "DesignatedMember",
    "Draw",
    "DrawApplication",
    "DrawAvoidance",
    "DrawEvent",
    "DrawKind",
    "DrawMode",
    "DrawSeat",
    "DrawStatus",
    "FrozenMember",
    "Party",
    "SeatQuota",
    "SeatType",
    "TrialDraw",
]
