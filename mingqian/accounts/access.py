"""The door, as every chapter from here upwards names it (see `mingqian/audit/access.py`)."""

from mingqian.audit.access import check, public, refuse, requires

__all__ = ["check", "public", "refuse", "requires"]
