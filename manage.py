#!/usr/bin/env python3
"""Django's commands for 明签; `./run manage …` calls it with the right Python."""

import os
import sys


def main() -> None:
    """Run one command with the settings of this repository."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingqian.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
