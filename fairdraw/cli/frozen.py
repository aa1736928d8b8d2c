"""The file between freezing and drawing: everything that is fixed before a contribution is shown.

One JSON object: ``format``, ``profile``, ``pool`` (records), ``plan``, ``lottery``, ``commitment``. Nothing in it is
taken on trust when it is read: the pool root, the rules hash and the lottery hash are computed
again and compared with the commitment.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairdraw.canonical import canonical
from fairdraw.cli.workbook import bytes_in
from fairdraw.errors import FairdrawError
from fairdraw.pool import Pool
from fairdraw.rules import Plan
from fairdraw.seed import Commitment
from fairdraw.solution import Solution

FORMAT = "fairdraw/1/frozen"
_FIELDS = {"format", "profile", "pool", "plan", "lottery", "commitment"}


@dataclass(frozen=True)
class Frozen:
    """What a draw goes on from."""

    pool: Pool
    plan: Plan
    solution: Solution
    commitment: Commitment

    def data(self) -> bytes:
        """As written to the file."""
        parts: dict[str, Any] = {
            "commitment": self.commitment.record(),
            "format": FORMAT,
            "lottery": self.solution.record(),
            "plan": self.plan.record(),
            "profile": self.pool.profile,
        }
        written = {name: canonical(part) for name, part in parts.items()}
        written["pool"] = self.pool.canonical_records()
        return b"{" + b",".join(canonical(n) + b":" + written[n] for n in sorted(written)) + b"}"


def read_frozen(path: Path) -> Frozen:
    """The file as parts that fit each other; FROZEN_UNREADABLE, PARTS_DO_NOT_FIT."""
    try:
        record = json.loads(bytes_in(path))
    except (ValueError, RecursionError):
        raise FairdrawError("FROZEN_UNREADABLE", file=path.name) from None
    if not isinstance(record, dict) or set(record) != _FIELDS or record["format"] != FORMAT:
        raise FairdrawError("FROZEN_UNREADABLE", file=path.name)
    try:
        pool = Pool.from_records(record["pool"], profile=record["profile"])
        plan = Plan.from_record(record["plan"])
        solution = Solution.from_record(pool, plan, record["lottery"])
        commitment = Commitment.from_record(record["commitment"])
        fitting = {
            "pool": commitment.pool_root == pool.root,
            "rules": commitment.rules_hash == plan.rules_hash(profile=pool.profile),
            "lottery": commitment.lottery_hash == solution.lottery_hash,
            "profile": commitment.profile == pool.profile,
        }
        for piece, fits in fitting.items():
            if not fits:
                raise FairdrawError("PARTS_DO_NOT_FIT", piece=piece)
    except FairdrawError as error:
        raise FairdrawError(error.code, **{"file": path.name, **error.params}) from None
    return Frozen(pool, plan, solution, commitment)
