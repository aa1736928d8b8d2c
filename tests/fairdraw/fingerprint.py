"""What an interpreter makes of the same draws; needs no pytest."""

from __future__ import annotations

import hashlib
import random

from fairdraw import Pool
from tests.fairdraw.invented import mixed_pool, plan_of, whole_draw
from tests.fairdraw.make_vectors import problems


def fingerprint(order: int) -> str:
    """Of whole transcripts in all modes, from pools handed in in some order (0: as they are)."""
    flow = mixed_pool(150, strata=5, employers=14)
    made = [(flow, plan_of({f"s{s}": (3, 2) for s in range(5)}, employer_cap=2))]
    made += [problems()[name] for name in ("strata", "quotas", "ceiling", "crossing", "columns")]
    digest = hashlib.sha256()
    for pool, plan in made:
        people = list(pool.candidates)
        if order:
            random.Random(order).shuffle(people)
        digest.update(whole_draw(Pool(people, profile=pool.profile), plan).data)
    return digest.hexdigest()
