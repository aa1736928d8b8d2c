"""The command line: ``python -m fairdraw nonce | freeze | draw | trial | verify | explain | roster | vectors``."""

from __future__ import annotations

import sys

from fairdraw.cli.deeds import main
from fairdraw.cli.options import EXAMPLE

__all__ = ["EXAMPLE", "main"]

if __name__ == "__main__":
    sys.exit(main())
