"""Fair, provable draws of committees from a pool of people.

``fairdraw`` turns (pool, plan, seed) into a panel and leaves a transcript from which a stranger can
recompute and judge the draw. It knows no names, no database and no language: it returns codes
with parameters. The order of events is the security::

    from fairdraw import (Candidate, Plan, Pool, Stratum, commit, derive_seed, draw,
                          nonce_commitment, solve, transcript)

    pool = Pool([Candidate(id, employer, ("roads",)) ...])       # FREEZE: pool.root
    plan = Plan(strata=(Stratum("roads", primary=3, alternate=2),), employer_cap=2)
    solution = solve(pool, plan)                                  # SOLVE: exact chances
    promise = commit(pool, plan, solution,                        # COMMIT: promise.value
                     {"office": nonce_commitment(n1), "observer": nonce_commitment(n2)})
    seed = derive_seed(promise, {"office": n1, "observer": n2})   # REVEAL -> seed
    result = draw(pool, plan, solution, seed)                     # DRAW
    data = transcript.build(pool, plan, solution, promise,        # PUBLISH
                            {"office": n1, "observer": n2}, result)

Names:

- ``Exclusion, Candidate, Pool, pseudonym`` (pool), ``Stratum, Member, Quota, Plan`` (rules).
- ``solve(pool, plan) -> Solution``: ``mode`` "S", "B" or "L", ``chances`` {id: Fraction},
  ``summary`` (per stratum), ``lowest, highest, bound`` (Fractions), ``lottery_hash``; raises
  ``Infeasible`` with a ``diagnosis``.
- ``diagnose(pool, plan) -> Diagnosis`` for feasible and infeasible plans: ``feasible``, ``strata``
  (people, eligible, need, removed by code), ``conflicts``, ``shortages``, ``quota_shortages``,
  ``relaxations`` (each tried out, cheapest first; ``apply_relaxation(plan, it)``), ``remedy``,
  ``tightest``, ``full_caps``, ``tight``, ``above_half``, ``without_chance``, ``solution``.
- ``nonce_commitment, Beacon, commit -> Commitment, derive_seed -> bytes, lot_code``; ``commit`` also
  binds ``previous``, ``refusals`` and the ``abandoned`` attempts.
- ``draw(pool, plan, solution, seed) -> Result`` with ``panel`` and ``alternates`` of
  ``Seat(id, stratum, rank, ticket, type)`` and, in mode L, the ``index`` of the panel;
  ``trial(pool, plan, number) -> Result``.
- ``transcript.build / load / digest_of / attach_signature / build_trial``.
- ``substitution.Succession(Seating.of(transcript))``: who enters for whom under every cap and quota,
  ``apply``-ing each ``Event`` (ACCEPT, DECLINE, REVERT, CHOOSE) and ``join``-ing supplements;
  ``replay / next_alternate`` for one draw and declines alone.
- ``eligibility.Facts, Criteria, judge``: the exclusion codes for one person.
- ``verify.verify(data, previous=None) -> Report`` of ``Check`` for each step: one file, standard
  library, Python 3.8 or later.

Everything raises ``FairdrawError(code, **params)`` for what it cannot use. Records (``Pool.records``,
``Plan.record``, ``Commitment.record``) are JSON-ready and have inverses, so that the steps may
happen in different processes. Solving and drawing are deterministic: the same pool, plan and seed
give the same bytes on every platform.
"""

from fairdraw.diagnosis.findings import (
    Conflict,
    Diagnosis,
    QuotaShortage,
    Shortage,
    StratumCount,
    TightRow,
)
from fairdraw.diagnosis.relaxation import Relaxation, apply_relaxation
from fairdraw.diagnosis.report import diagnose
from fairdraw.drawing import Result, Seat, draw, solve, trial
from fairdraw.errors import FairdrawError, Infeasible
from fairdraw.pool import Candidate, Exclusion, Pool, pseudonym
from fairdraw.quotas import Quota
from fairdraw.randomness import lot_code
from fairdraw.rules import OPEN_STRATUM, Member, Plan, Stratum
from fairdraw.seed import (
    VERSION,
    Beacon,
    Commitment,
    commit,
    derive_seed,
    nonce_commitment,
)
from fairdraw.solution import Solution, StratumChances, chances_above

__version__ = VERSION

__all__ = [
    "OPEN_STRATUM",
    "Beacon",
    "Candidate",
    "Commitment",
    "Conflict",
    "Diagnosis",
    "Exclusion",
    "FairdrawError",
    "Infeasible",
    "Member",
    "Plan",
    "Pool",
    "Quota",
    "QuotaShortage",
    "Relaxation",
    "Result",
    "Seat",
    "Shortage",
    "Solution",
    "Stratum",
    "StratumChances",
    "StratumCount",
    "TightRow",
    "apply_relaxation",
    "chances_above",
    "commit",
    "derive_seed",
    "diagnose",
    "draw",
    "lot_code",
    "nonce_commitment",
    "pseudonym",
    "solve",
    "trial",
]
