"""`manage.py create_administrator`: the first account of an installation. There is no default one."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mingqian.accounts.models import User
from mingqian.accounts.roles import Role
from mingqian.accounts.services import create_user


class Command(BaseCommand):
    """Once there is an administrator, further accounts are made on the page of users, by a person who is logged."""

    help = "Create the first system administrator and print a password for one use."

    def add_arguments(self, parser: CommandParser) -> None:
        """Account name and real name."""
        parser.add_argument("username")
        parser.add_argument("real_name")

    def handle(self, *args: object, username: str, real_name: str, **options: object) -> None:
        """Refuse a second one; print the password, which is stored nowhere in the clear."""
        if User.objects.filter(role=Role.SYSADMIN, is_active=True).exists():
            raise CommandError(
                "There is a system administrator already: make further accounts on the page 用户管理."
            )
        try:
            user, password = create_user(
                username=username, real_name=real_name, role=Role.SYSADMIN, by=None
            )
        except ValidationError as refusal:
            raise CommandError("; ".join(refusal.messages)) from refusal
        self.stdout.write(f"{user.username}  {password}  (to be changed at the first sign-in)")
