"""Pages of accounts: the door, one's own password, and the administrator's list of users."""

from .door import login, logout
from .password import password
from .users import user_create, user_edit, user_list, user_reset, user_switch

__all__ = [
    "login",
    "logout",
    "password",
    "user_create",
    "user_edit",
    "user_list",
    "user_reset",
    "user_switch",
]
