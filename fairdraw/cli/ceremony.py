"""Freeze, reveal, draw, publish: in two steps, or in one for one person's own use."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterable
from getpass import getpass
from pathlib import Path
from typing import Any

from fairdraw import (
    Beacon,
    Commitment,
    FairdrawError,
    Plan,
    Pool,
    Result,
    Solution,
    commit,
    derive_seed,
    draw,
    nonce_commitment,
    solve,
    transcript,
)
from fairdraw.cli import told
from fairdraw.cli.frozen import Frozen, read_frozen
from fairdraw.cli.outlook import of_solution
from fairdraw.cli.planfile import read_plan
from fairdraw.cli.sheets import Names, keys_of, read_keys, read_pool
from fairdraw.cli.workbook import text_of
from fairdraw.cli.writing import check_free, write_files
from fairdraw.seed import this_program


def read_inputs(options: argparse.Namespace) -> tuple[Pool, Plan, Names]:
    """The pool and the plan of the files named, and the ids as written."""
    names = Names(plain=options.plain_ids, profile=options.profile)
    with told.phase("reading the pool"):
        plan = read_plan(options.plan, names)
        pool = read_pool(options.pool, names)
    known = {stratum for names in pool.strata.kinds for stratum in names}
    for stratum in plan.strata:
        if stratum.id not in known and stratum.id != "*":
            print(f"note: nobody in the pool belongs to stratum {stratum.id!r}", file=sys.stderr)
    return pool, plan, names


def freeze_deed(options: argparse.Namespace) -> int:
    """Fix everything but the contributions, and tell what to publish."""
    keys = _keys_beside(options)
    check_free(options.out, *([keys] if keys else []), force=options.force)
    pool, plan, names = read_inputs(options)
    with told.progress() as tell:
        solution = solve(pool, plan, progress=tell)
    promises = _pairs(options.commitments)
    commitment = _commit(options, pool, plan, solution, promises, names)
    contents = {options.out: Frozen(pool, plan, solution, commitment).data()}
    _write(options, contents, keys, names)
    told.setting(of_solution(pool, solution))
    print(f"publish these two before anybody shows a number:\n  pool     {pool.root}")
    print(f"  commit   {commitment.value}")
    print(f"everything that is fixed is written to {options.out}")
    print(f"then: python -m fairdraw draw --frozen {options.out} --nonces PARTY=@FILE ...")
    return 0


def draw_deed(options: argparse.Namespace) -> int:
    """Reveal, draw and publish: what was frozen, or everything in one step."""
    if options.frozen is not None:
        return _draw_frozen(options)
    for name in ("pool", "plan"):
        if getattr(options, name) is None:
            raise FairdrawError("OPTION_MISSING", option=f"--{name}", other="--frozen")
    keys = _keys_beside(options)
    check_free(options.out, *([keys] if keys else []), force=options.force)
    pool, plan, names = read_inputs(options)
    nonces = _nonces([*options.nonce, *options.nonces])
    made_here = not nonces
    if made_here:
        nonces = {"office": secrets.token_bytes(32), "server": secrets.token_bytes(32)}
    with told.progress() as tell:
        solution = solve(pool, plan, progress=tell)
    promises = {
        party: nonce_commitment(nonce, profile=pool.profile) for party, nonce in nonces.items()
    }
    commitment = _commit(options, pool, plan, solution, promises, names)
    result, data = _drawn(Frozen(pool, plan, solution, commitment), nonces, options)
    _write(options, {options.out: data}, keys, names)
    told.setting(of_solution(pool, solution))
    print(f"commit   {commitment.value}\nseed     {result.seed.hex()}")
    told.seats(result, names)
    if made_here:
        print("Both contributions were made by this computer: nobody else vouches for the lots.")
        print("Give --nonces PARTY=@FILE ... to share that trust.")
    print("Frozen, revealed and drawn in one step: nobody outside saw the pool and the rules fixed")
    print("before the numbers were known. It proves nothing against whoever ran it: they may have")
    print(
        "drawn again until they liked it. For a draw that others must trust: freeze, publish, then"
    )
    print("draw --frozen.")
    _told_where(options.out, data)
    return 0


def _draw_frozen(options: argparse.Namespace) -> int:
    """Reveal, draw and publish what was frozen."""
    for name, default in _FIXED_BEFORE.items():
        if getattr(options, name) != default:
            raise FairdrawError("OPTION_FIXED_BEFORE", option="--" + name.replace("_", "-"))
    check_free(options.out, force=options.force)
    with told.phase("reading what is frozen"):
        frozen = read_frozen(options.frozen)
    profile = frozen.pool.profile
    if frozen.commitment.program != this_program(profile):
        raise FairdrawError("PROGRAM_CHANGED", file=options.frozen.name)
    names = Names(plain=True, profile=profile)
    keys = options.keys or _beside(options.frozen)
    if options.keys is not None or keys.exists():
        names.written = read_keys(keys)
    nonces = _nonces([*options.nonce, *options.nonces])
    result, data = _drawn(frozen, nonces, options)
    _write(options, {options.out: data}, None, names)
    told.setting(of_solution(frozen.pool, frozen.solution))
    print(f"commit   {frozen.commitment.value}\nseed     {result.seed.hex()}")
    told.seats(result, names)
    _told_where(options.out, data)
    return 0


#: What `freeze` decides and a draw from its file cannot change, as it stands if it is not given.
_FIXED_BEFORE: dict[str, Any] = {
    "pool": None,
    "plan": None,
    "profile": "sha256",
    "plain_ids": False,
    "trials": 0,
    "previous": None,
    "abandoned": [],
    "refused": [],
    "beacon_source": None,
    "beacon_at": "",
}


def _drawn(
    frozen: Frozen, nonces: dict[str, bytes], options: argparse.Namespace
) -> tuple[Result, bytes]:
    """The result and its transcript."""
    pool, plan, solution = frozen.pool, frozen.plan, frozen.solution
    seed = derive_seed(frozen.commitment, nonces, options.beacon_value)
    with told.phase("drawing"):
        result = draw(pool, plan, solution, seed)
    with told.phase("writing the transcript"):
        data = transcript.build(
            pool,
            plan,
            solution,
            frozen.commitment,
            nonces,
            result,
            beacon_value=options.beacon_value,
        )
    return result, data


def _commit(
    options: argparse.Namespace,
    pool: Pool,
    plan: Plan,
    solution: Solution,
    promises: dict[str, str],
    names: Names,
) -> Commitment:
    beacon = None
    if options.beacon_source is not None:
        beacon = Beacon(options.beacon_source, options.beacon_at)
    return commit(
        pool,
        plan,
        solution,
        promises,
        beacon=beacon,
        trials=options.trials,
        previous=options.previous,
        abandoned=options.abandoned,
        refusals=[names.public(written) for written in options.refused],
    )


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".keys.csv")


def _keys_beside(options: argparse.Namespace) -> Path | None:
    """Where the private table goes; None if ids are published as they are."""
    return None if options.plain_ids else options.keys or _beside(options.out)


def _write(
    options: argparse.Namespace, contents: dict[Path, bytes], keys: Path | None, names: Names
) -> None:
    """All files of a deed at once, before anything is told."""
    if keys is not None:
        # First, because nothing else leads from the published ids back to people.
        contents = {keys: keys_of(names), **contents}
    private = () if keys is None else (keys,)
    write_files(contents, force=options.force, private=private)
    if keys is not None:
        print(f"names and salts written to {keys}: keep this file private")


def _told_where(out: Path, data: bytes) -> None:
    print(f"transcript written to {out}, digest {transcript.digest_of(data)}")


def _pairs(written: Iterable[str]) -> dict[str, str]:
    """PARTY=VALUE as a table, with PARTY=@FILE read; PAIR_EXPECTED, PARTY_TWICE."""
    pairs: dict[str, str] = {}
    for text in written:
        party, sign, value = text.partition("=")
        if not sign:
            # It may be a number without its party, still secret: it is not repeated.
            raise FairdrawError("PAIR_EXPECTED")
        if party in pairs:
            raise FairdrawError("PARTY_TWICE", party=party)
        pairs[party] = text_of(Path(value[1:]), most=1000).strip() if value[:1] == "@" else value
    return pairs


def _nonces(written: Iterable[str]) -> dict[str, bytes]:
    nonces: dict[str, bytes] = {}
    for party, given in _pairs(written).items():
        digits = _asked(party) if given == "-" else given
        try:
            nonces[party] = bytes.fromhex(digits)
        except ValueError:
            # The digits are secret still: they are not repeated.
            raise FairdrawError("NOT_HEX", party=party) from None
    return nonces


def _asked(party: str) -> str:
    """Hex digits typed without being shown, or the next line of what is piped in."""
    if sys.stdin.isatty():
        return getpass(f"contribution of {party} (hex digits, not shown): ").strip()
    return sys.stdin.readline(1000).strip()
