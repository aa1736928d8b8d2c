"""Questions about experts and pools."""

from .history import history_of_expert
from .memberships import Standing, listed_memberships, memberships_of, standing_of_membership
from .picking import pick_members, pick_units
from .todos import todos

__all__ = [
    "Standing",
    "history_of_expert",
    "listed_memberships",
    "memberships_of",
    "pick_members",
    "pick_units",
    "standing_of_membership",
    "todos",
]
