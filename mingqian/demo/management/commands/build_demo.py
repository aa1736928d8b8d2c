"""`manage.py build_demo`: build the story once, and say how to sign in."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.demo import story
from mingqian.demo.cast import CAST


class Command(BaseCommand):
    """Safe to repeat: a story that is there is left alone."""

    help = "Build the demo story through the services, unless it is there already, and print the accounts."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--address", default="http://127.0.0.1:8000", help="the address to print"
        )
        parser.add_argument("--small", action="store_true", help="a part of the pools: much faster")
        parser.add_argument(
            "--quiet-accounts", action="store_true", help="do not print the passwords"
        )

    def handle(self, *args, address: str, quiet_accounts: bool, small: bool, **options) -> None:
        """Build or greet."""
        if settings.MINGQIAN["MODE"] == "production":
            raise CommandError("The demo is not built in a production deployment.")
        if not User.objects.exists():
            passwords = self._build(small=small)
        elif _is_whole():
            passwords = _remembered()
            self.stdout.write("演示数据已就绪。")
        else:
            raise CommandError(
                "This database has users of its own or a demo that was cut short;"
                " the demo wants an empty one (./run demo --reset)."
            )
        if not quiet_accounts:
            self._greet(address, passwords)

    def _build(self, *, small: bool) -> dict[str, str]:
        told = story.tell(
            now=timezone.now(),
            say=lambda sentence: self.stdout.write(f"  {sentence}"),
            small=small,
        )
        _accounts_file().parent.mkdir(parents=True, exist_ok=True)
        _accounts_file().write_text(
            json.dumps(told.passwords, ensure_ascii=False, indent=1), "utf-8"
        )
        _accounts_file().chmod(0o600)
        return told.passwords

    def _greet(self, address: str, passwords: dict[str, str]) -> None:
        self.stdout.write(f"\n  打开 {address}\n")
        for player in CAST:
            password = passwords.get(player.username, "（已改，见 ./run demo --reset）")
            self.stdout.write(
                f"  {player.username:<12} {password:<22} {player.real_name}·{player.role.label}"
            )
        self.stdout.write(f"\n  公开验证（无需登录） {address}/verify\n")


def _accounts_file() -> Path:
    return Path(str(settings.MINGQIAN["HOME"])) / "accounts.json"


def _is_whole() -> bool:
    """The file of accounts is written when everything else is there."""
    known = set(User.objects.values_list("username", flat=True))
    return _accounts_file().exists() and known.issuperset(player.username for player in CAST)


def _remembered() -> dict[str, str]:
    try:
        return json.loads(_accounts_file().read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
