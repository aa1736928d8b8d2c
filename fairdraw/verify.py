#!/usr/bin/env python3
"""Judge the transcript of a draw: one file, standard library only, Python 3.8 or later.

    python3 verify.py [--lang=zh] [--chances] [--previous=earlier.json] transcript.json

recomputes the draw step by step and says in words what fits and what does not; --chances adds
everybody's exact chance, --previous checks the draw before it as well. Exit status: 0 all fits,
1 a step failed, 2 unreadable, 141 nobody read the report to its end.

docs/draw-protocol.md says in words what is computed here; the paragraphs (§) below are its own. This
file uses nothing of the program that draws: whoever has it and a transcript needs no more. (That
program asks this file for a verdict, for its words, and whether a signature is valid.)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import unicodedata
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import accumulate, chain, count
from math import gcd
from typing import Any, Iterable, NamedTuple, Sequence  # noqa: UP035 (3.8)

# ---------------------------------------------------------------------------------------------
# What is checked, in which order, and how it is said (§10)
# ---------------------------------------------------------------------------------------------

STEPS = (
    "FORMAT",
    "POOL",
    "EXCLUSIONS",
    "RULES",
    "COMMITMENT",
    "SEED",
    "LOTTERY",
    "CHANCES",
    "CERTIFICATE",
    "COUNTS",
    "PANEL",
    "ALTERNATES",
    "DIGEST",
    "SIGNATURES",
)
#: Per language: verdicts (4), remarks (2), labels of a failure (3), what to compare, what was not
#: proven, names of the steps.
WORDS = {
    "en": (
        "every step fits",
        "step {} failed: do not trust this file",
        "the file cannot be read",
        "this Python has no SM3: use the page, or another Python",
        "not checked",
        "none in the file",
        "expected",
        "the file says",
        "at",
        "compare with what was published elsewhere",
        {
            "before": "the earlier transcript has one before it: {before}",
            "previous": "the earlier transcript was not checked",
            "alternates": "chances of alternates, and who sits with whom, are published, not proven best",
            "full": "only the smallest chance is proven, not those above it",
            "loose": "from level {loose} on chances are only within rounding, not proven level by level",
        },
        {
            "FORMAT": "complete, official, canonical form",
            "POOL": "fingerprint of the pool",
            "EXCLUSIONS": "every exclusion has its rule and evidence",
            "RULES": "seats and rules unchanged",
            "COMMITMENT": "committed first, revealed later",
            "SEED": "seed made of all contributions",
            "LOTTERY": "every possible panel keeps the rules",
            "CHANCES": "chances add up to the seats",
            "CERTIFICATE": "smallest chance cannot be larger",
            "COUNTS": "seats by type follow from the seed",
            "PANEL": "every primary recomputed",
            "ALTERNATES": "every alternate recomputed",
            "DIGEST": "nothing else was changed",
            "SIGNATURES": "signatures",
        },
    ),
    "zh": (
        "全部相符",
        "第 {} 步未通过，请勿采信这份文件",
        "文件无法读取",
        "本机 Python 不支持 SM3，请改用核验网页或另一版本的 Python",
        "未检查",
        "文件未附签名",
        "应为",
        "文件所载",
        "所在位置",
        "请与别处公布的核对",
        {
            "before": "上一次抽取之前还有一次：{before}",
            "previous": "未核对上一次抽取的公示文件",
            "alternates": "备选机会与同席组合已公布，未证明为最优",
            "full": "只证明了最低机会，未证明其余机会",
            "loose": "第 {loose} 级起的机会只在取整余量之内，未逐级证明",
        },
        {
            "FORMAT": "文件完整、格式规范",
            "POOL": "评委库指纹相符",
            "EXCLUSIONS": "排除均有据",
            "RULES": "席位与抽取规则相符",
            "COMMITMENT": "先承诺、后揭示",
            "SEED": "种子合成正确",
            "LOTTERY": "每一种可能的名单都合规",
            "CHANCES": "机会总数无误",
            "CERTIFICATE": "最低机会已是最高",
            "COUNTS": "各类席位数由种子决定",
            "PANEL": "正选逐席重算一致",
            "ALTERNATES": "备选次序重算一致",
            "DIGEST": "其余内容未被改动",
            "SIGNATURES": "签名相符",
        },
    ),
}


@dataclass
class Check:
    """One step: ``ok`` is None if it was not checked, or had nothing to check.

    ``value``: what was found, in a few words. Of a step that failed: ``where`` in the file, what was
    ``expected`` there, and what was ``found``.
    """

    number: int
    code: str
    ok: bool | None = None
    value: str = ""
    expected: str = ""
    found: str = ""
    where: str = ""


@dataclass
class Report:
    """The verdict. ``readable``: the file was JSON at all, and this Python has the hash function that
    it names (else ``facts["lacking"]`` names it). ``facts``: figures of the draw by name.

    ``chances``: (ids, exact chance of each of them to become a primary) of every type.
    """

    ok: bool
    readable: bool
    checks: list[Check] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    chances: list[tuple[list[str], Fraction]] = field(default_factory=list)


# ---------------------------------------------------------------------------------------------
# Limits, and the shape of a transcript (§2, §3, §5.3, §5.6, §9)
# ---------------------------------------------------------------------------------------------

#: Profile -> name of the hash function in hashlib.
HASHES = {"sha256": "sha256", "gm": "sm3"}
CLOSED_PIPE = 141  # exit status of a program whose reader went away: 128 + SIGPIPE
#: Units of mode B are 2^SCALE for a seat.
SCALE = 40
#: The largest whole number that every JSON reader holds exactly, and the largest 64-bit word.
SAFE, MASK = (1 << 53) - 1, (1 << 64) - 1
#: No price is larger; nothing in a file is nested deeper.
DEAREST, DEEPEST = 1 << 40, 40
MOST_SEATS, MOST_QUOTAS = 4095, 500
MOST_TRIALS, MOST_ATTEMPTS, MOST_TERM = 10**9, 10**6, 10**6
LEAST_PANELS, MOST_PANELS = 1 << 10, 1 << 14
#: By what share a ceiling may be rounded up, so that it has few digits.
ROUNDED_UP = Fraction(1, 1 << 10)
#: Cells times strata of mode B up to which all chances are checked, not only the smallest.
MOST_REACH = 1 << 27
#: Over all levels, priced rows times the seats of types that they count: what a file may cost.
MOST_SUMS = 1 << 27
#: A smallest chance that lies further below its bound, by this share of it, is not proven; levels where
#: chances lie as far from theirs are named. TINY: room for the rounding to units, and of prices.
SHARE, TINY = Fraction(1, 16), Fraction(1, 1 << 20)

#: Shapes: {..} an object with at least these fields (with the key ``str``: any others, of this
#: shape), [x] a list of x, (x, y) a list of just these two, (None, x) null or x.
NAME: Any = (None, str)
LIMIT: Any = (None, int)
RATIO: Any = (None, (int, int))
PAIRS: Any = [(str, str)]
MEMBER: Any = {"employer": NAME, "group": NAME, "id": str, "stratum": NAME, "values": PAIRS}
QUOTA: Any = {
    "alternate_high": LIMIT,
    "alternate_low": int,
    "category": str,
    "group": NAME,
    "high": LIMIT,
    "low": int,
    "values": [str],
}
PERSON: Any = {"employer": NAME, "exclusions": PAIRS, "id": str, "strata": [str], "values": PAIRS}
PLAN: Any = {
    "strata": [{"alternate": int, "group": NAME, "id": str, "primary": int}],
    "quotas": [QUOTA],
    "ceiling": RATIO,
    "employer_cap": LIMIT,
    "group_caps": {str: int},
    "designated": [MEMBER],
    "kept": [MEMBER],
    "labels": PAIRS,
    "title": str,
}
TRANSCRIPT: Any = {
    "commit": str,
    "digest": str,
    "lottery_hash": str,
    "rules_hash": str,
    "seed": str,
    "attempt": int,
    "trials": int,
    "abandoned": [str],
    "refusals": [str],
    "panel": [{}],
    "alternates": [{}],
    "previous": NAME,
    "index": LIMIT,
    "pool": {"count": int, "root": str, "records": [PERSON]},
    "program": {"hash": str, "name": str, "version": str},
    "beacon": (None, {"at": str, "source": str, "value": str}),
    "plan": PLAN,
    "parties": [{"commitment": str, "id": str, "nonce": str}],
    "lottery": {"bound": (int, int), "mode": str, "scale": int},
    "signatures": [{"algorithm": str, "party": str, "public_key": str, "signature": str}],
}
#: What a lottery holds besides: in modes S and B, and in mode L.
UNITS: Any = {
    "cells": [(int, int, int)],
    "types": [(NAME, [str], int)],
    "prices": {"rows": [(str, NAME, int)], "strata": [int]},
}
PANELS: Any = {
    "cells": [(int, int, int, int)],
    "types": [(NAME, [str], int, [int])],
    "panels": [[int]],
    "ceiling": RATIO,
    "ceiling_prices": [(int, int)],
    "method": str,
    "levels": [{"prices": [(int, int)], "types": [int]}],
}


class Failure(Exception):
    """A step does not fit; the arguments are where, what was expected, what the file says."""


class Lacking(Exception):
    """This Python lacks a hash function (SM3 is not everywhere): that says nothing of the file."""


def demand(fits: object, where: str, expected: object = "", found: object = "") -> None:
    """Stop here unless it fits."""
    if not fits:
        raise Failure(where, str(expected)[:200], str(found)[:200])


def whole(value: int, where: str, low: int = 0, high: int = SAFE) -> int:
    """The number itself, if it lies between two others."""
    demand(low <= value <= high, where, f"{low}..{high}", value)
    return value


def raw(text: str, where: str) -> bytes:
    """The bytes behind hex digits."""
    demand(re.fullmatch("([0-9a-f]{2})*", text), where, "lower-case hex digits", text)
    return bytes.fromhex(text)


def u64(number: int) -> bytes:
    """Eight big-endian bytes (§2)."""
    return number.to_bytes(8, "big")


def canonical(value: Any) -> bytes:
    """The only form in which a value may stand in a transcript (§2)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return unicodedata.normalize("NFC", text).encode("utf-8")


def shaped(value: Any, shape: Any) -> bool:
    """Whether a value has a shape as explained above."""
    if shape is Any or isinstance(shape, type):
        return shape is Any or type(value) is shape
    if isinstance(shape, dict):
        others = shape.get(str, Any)
        return (
            isinstance(value, dict)
            and set(shape) <= {*value, str}
            and all(shaped(part, shape.get(name, others)) for name, part in value.items())
        )
    if isinstance(shape, tuple):
        if shape[0] is None:
            return value is None or shaped(value, shape[1])
        if not isinstance(value, list) or len(value) != len(shape):
            return False
        return [*map(type, value)] == [*shape] or all(map(shaped, value, shape))
    if not isinstance(value, list):
        return False
    if isinstance(shape[0], type):
        return {*map(type, value)} <= {*shape}
    return all(shaped(part, shape[0]) for part in value)


# ---------------------------------------------------------------------------------------------
# The words of §5: types, rows, cells
# ---------------------------------------------------------------------------------------------


class Type(NamedTuple):
    """People who are exchangeable (§5.1); strata and quotas by number."""

    employer: str | None  # None unless the employer matters
    strata: tuple[int, ...]
    quotas: tuple[int, ...]
    ids: list[str]


class Row(NamedTuple):
    """What every panel keeps: so many seats, at least and at most, of what the name says.

    Names: ("stratum", kind, number), ("cap", kind, employer, group), ("quota", kind, number),
    ("type", number).
    """

    name: tuple[Any, ...]
    low: int
    high: int


class Cell(NamedTuple):
    """Seats of one kind (0 primary, 1 alternate) in one stratum for people of one type.

    ``amount``: units in mode B, in mode L the total over all panels.
    """

    type: int
    stratum: int
    kind: int
    amount: int


class Place(NamedTuple):
    """A seat of the panel, or on the list of alternates, with its person."""

    stratum: int
    ticket: bytes
    person: str
    type: int


class Draw:
    """The document and what the steps find out about it; one method for each step.

    A step returns a few words for the report, or raises Failure.
    """

    doc: Any = None
    # POOL, EXCLUSIONS
    people: list[dict[str, Any]]
    eligible: list[dict[str, Any]]
    # RULES. By stratum number: primaries, alternates; then caps by group (None: overall), and how
    # many members count in a row already: (employer, group) of a cap, or number of a quota.
    strata: list[dict[str, Any]]
    quotas: list[dict[str, Any]]
    number: dict[str, int]  # of a stratum by its id
    groups: set[str]
    seats: tuple[list[int], list[int]]
    caps: dict[str | None, int | None]
    members: Counter[Any]
    # SEED
    s: bytes
    # LOTTERY
    counting: dict[tuple[str, str], list[int]]  # quotas by category and value
    tight: set[str | None]  # employers that matter
    crowd: Counter[tuple[str | None, str | None]]  # people of (employer, group or None)
    capped: set[str | None]  # groups with a cap; None: there is an overall one
    mode: str
    unit: int  # what stands for one seat: 2^40 in mode B, the number of panels in mode L
    rows: list[Row]
    priced: int  # how many of them may have a price: all but those of types
    row_number: dict[tuple[Any, ...], int]
    bounded: set[int]  # rows that an empty panel may break
    cells: list[Cell]
    # CHANCES
    units: Counter[int]  # by type
    by_chance: list[int]  # types, the smallest chance first
    seated: set[int]  # types that may be drawn as primaries
    ceiling: Fraction
    # CERTIFICATE: the first type that panels made by columns give too little or too much; the first
    # that only the rounding of earlier levels keeps in its bracket, after its level (from 1)
    outside: int | None
    loose: tuple[int, int] | None
    # COUNTS, PANEL, DIGEST
    given: list[int]  # seats of every cell
    drawn: set[str]
    digest: bytes

    def __init__(self, data: bytes, parent: bytes | None = None) -> None:
        self.data, self.parent = data, parent
        self.facts: dict[str, Any] = {}
        self.types: list[Type] = []
        self.chance: list[Fraction] = []

    def hash(self, data: bytes) -> bytes:
        """H without framing, in the profile of the document (§2)."""
        name = HASHES[self.doc["profile"]]
        try:
            return hashlib.new(name, data).digest()
        except ValueError:
            raise Lacking(name) from None

    def digest_of(self, label: str, *fields: bytes) -> bytes:
        """H(label, field, …): each part preceded by its length (§2)."""
        parts = (label.encode(), *fields)
        return self.hash(b"".join(u64(len(part)) + part for part in parts))

    def same(self, where: str, value: bytes, found: str) -> str:
        """A hash in the file must be the one computed here; its first digits for the report."""
        demand(value.hex() == found, where, value.hex(), found)
        return value.hex()[:8]

    # --- 1 FORMAT (§2, §9): "A transcript is exactly its canonical form, without a line end." ---

    def check_format(self) -> str:
        """Canonical JSON of known format, official, every field of its kind."""
        text = self.data.decode("utf-8")
        # What is left without proper texts: a control character or an odd escape stays visible.
        bare = re.sub(r'"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\["\\])*"', "", text)
        brackets = re.findall(r"[][{}]", bare)
        depth = max(accumulate(1 if c in "[{" else -1 for c in brackets), default=0)
        # Before any parser sees it: depth and long numbers could cost it its life.
        long = re.findall(r"\d{16,}", bare)
        fits = depth <= DEEPEST and all(len(number) == 16 for number in long)
        demand(fits, "$", "canonical JSON", "too deep, or too long a number")
        self.doc = doc = json.loads(text, parse_constant=str)
        for name, allowed in (
            ("format", ["fairdraw/1"]),
            ("kind", ["official"]),
            ("profile", list(HASHES)),
        ):
            demand(doc[name] in allowed, name, " or ".join(allowed), doc[name])
        again = canonical(doc)
        if again != self.data:
            pairs = enumerate(zip(again, self.data))
            at = next((i for i, (a, b) in pairs if a != b), len(again))
            raise Failure(f"byte {at}", "canonical JSON", "another form")
        # No letters but those of null are left, no point, no plus; numbers as §2 allows.
        small = all(int(number) <= SAFE for number in long)
        demand(
            small and not re.search("[^][{}0-9nul:,-]", bare),
            "$",
            "text without control characters, whole numbers up to 2^53 - 1, or null",
            "something else",
        )
        lottery = PANELS if doc["lottery"]["mode"] == "L" else UNITS
        for part, shapes in ((doc, TRANSCRIPT), (doc["lottery"], lottery)):
            for name, shape in shapes.items():
                demand(name in part and shaped(part[name], shape), name, "another kind of value")
        demand(len(doc["program"]) == 3, "program", "another kind of value")
        return f"{len(self.data)} bytes, {self.hash(self.data).hex()[:8]}"

    # --- 2 POOL (§3): "pool root: the Merkle tree of RFC 9162" ---

    def check_pool(self) -> str:
        """Every id once, in order; count and root as stated."""
        pool = self.doc["pool"]
        self.people = pool["records"]
        names = [person["id"].encode() for person in self.people]
        demand(names == sorted(set(names)), "pool.records", "every id once, in order")
        whole(pool["count"], "pool.count", len(names), len(names))
        for i, person in enumerate(self.people):
            once = len(dict(person["values"])) == len(person["values"])
            demand(once, f"pool.records[{i}].values", "every category once")
        root = self.merkle_root([canonical(person) for person in self.people])
        return f"{len(names)} people, {self.same('pool.root', root, pool['root'])}"

    def merkle_root(self, leaves: list[bytes]) -> bytes:
        """Level by level; a node without a neighbour moves up unchanged, which is the same tree."""
        row = [self.hash(b"\0" + leaf) for leaf in leaves] or [self.hash(b"")]
        while len(row) > 1:
            pairs = range(0, len(row) - 1, 2)
            row = [self.hash(b"\1" + row[i] + row[i + 1]) for i in pairs] + row[len(row) & ~1 :]
        return row[0]

    # --- 3 EXCLUSIONS (§3): "a list of [code, evidence hash]" ---

    def check_exclusions(self) -> str:
        """Every exclusion has a code and the hash of its evidence; the rest is eligible."""
        for i, person in enumerate(self.people):
            for code, evidence in person["exclusions"]:
                fits = re.fullmatch("[A-Z][A-Z0-9_]{0,39}", code) and is_hash(evidence)
                demand(fits, f"pool.records[{i}].exclusions", "a code and a hash", code)
        self.eligible = [person for person in self.people if not person["exclusions"]]
        first = [person["exclusions"][0][0] for person in self.people if person["exclusions"]]
        self.facts.update(
            pool=len(self.people),
            eligible=len(self.eligible),
            codes=dict(Counter(first)),
            excluded=len(first),
        )
        return f"{len(first)} excluded, {len(self.eligible)} eligible"

    # --- 4 RULES (§3): "rules_hash = H("fairdraw/1/rules", canonical plan)" ---

    def check_rules(self) -> str:
        """The plan is the one committed to, and one that can be meant."""
        plan = self.doc["plan"]
        self.strata, self.quotas = plan["strata"], plan["quotas"]
        rules_hash = self.digest_of("fairdraw/1/rules", canonical(plan))
        value = self.same("rules_hash", rules_hash, self.doc["rules_hash"])
        self.number = {stratum["id"]: i for i, stratum in enumerate(self.strata)}
        demand(len(self.number) == len(self.strata), "plan.strata", "every stratum once")
        primary, alternate = self.seats = (
            [whole(s["primary"], "plan.strata", 0, MOST_SEATS) for s in self.strata],
            [whole(s["alternate"], "plan.strata", 0, MOST_SEATS) for s in self.strata],
        )
        whole(sum(primary), "plan.strata", 1)
        whole(sum(primary + alternate), "plan.strata", 1, MOST_SEATS)
        whole(len(self.quotas), "plan.quotas", 0, MOST_QUOTAS)
        self.groups = {s["group"] for s in self.strata} - {None}
        self.check_caps_and_ceiling(plan)
        self.count_members(plan["designated"] + plan["kept"])
        for q in range(len(self.quotas)):
            self.check_quota(q)
        self.facts.update(primary=sum(primary), alternate=sum(alternate))
        return f"{sum(primary)} + {sum(alternate)} seats, {value}"

    def check_caps_and_ceiling(self, plan: dict[str, Any]) -> None:
        """Caps of groups that exist; a factor of at least 1."""
        if plan["employer_cap"] is not None:
            whole(plan["employer_cap"], "plan.employer_cap", 1, MOST_SEATS)
        for group, cap in plan["group_caps"].items():
            demand(group in self.groups, "plan.group_caps", "a group of the plan", group)
            whole(cap, "plan.group_caps", 1, MOST_SEATS)
        self.caps = {None: plan["employer_cap"], **plan["group_caps"]}
        if plan["ceiling"] is not None:
            most, least = plan["ceiling"]
            fits = 1 <= least <= most <= MOST_TERM and gcd(most, least) == 1
            told = "a ratio of at least 1 in lowest terms"
            demand(fits, "plan.ceiling", told, plan["ceiling"])

    def count_members(self, members: list[dict[str, Any]]) -> None:
        """§3: members "sit without being drawn and count in the caps and quotas"."""
        where = "plan.designated"
        self.members = Counter()
        free = {person["id"] for person in self.eligible}
        seen: set[str] = set()
        for member in members:
            name, stratum, values = member["id"], member["stratum"], dict(member["values"])
            demand(name not in seen, where, "every member once", name)
            seen.add(name)
            demand(stratum in {None, *self.number}, where, "a stratum of the plan", stratum)
            known = member["group"] in {None, *self.groups}
            demand(known, where, "a group of the plan", member["group"])
            demand(len(values) == len(member["values"]), where, "every category once", name)
            group = (member if stratum is None else self.strata[self.number[stratum]])["group"]
            self.members.update((member["employer"], g) for g in {None, group})
            for q, quota in enumerate(self.quotas):
                if quota["group"] in (None, group):
                    category = quota["category"]
                    demand(category in values, where, f"a value for {category}", name)
                    self.members[q] += values[category] in quota["values"]
            demand(name not in free, where, "nobody who can be drawn", name)
        for employer in {member["employer"] for member in members} - {None}:
            for group, cap in self.caps.items():
                fits = cap is None or self.members[employer, group] <= cap
                demand(fits, where, "no more members of an employer than its cap", employer)

    def check_quota(self, q: int) -> None:
        """§3: sorted values, low and high; and one that the seats and members can keep."""
        quota, where = self.quotas[q], f"plan.quotas[{q}]"
        known = quota["group"] in {None, *self.groups}
        demand(known, where, "a group of the plan", quota["group"])
        values = quota["values"]
        demand(
            values and values == sorted(set(values)), where, "values in order, each once", values
        )
        for kind, prefix in enumerate(("", "alternate_")):
            low, high = quota[prefix + "low"], quota[prefix + "high"]
            whole(low, where, 0, MOST_SEATS)
            if high is not None:
                whole(high, where, 0, MOST_SEATS)
                demand(low <= high, where, "low up to high", [low, high])
            members = 0 if kind else self.members[q]
            demand(high is None or members <= high, where, "room for the members", members)
            demand(low <= self.scope(q, kind) + members, where, "no more than the seats", low)

    def scope(self, q: int, kind: int) -> int:
        """Seats of one kind in the strata that a quota concerns."""
        group, pairs = self.quotas[q]["group"], zip(self.seats[kind], self.strata)
        return sum(k for k, s in pairs if group in (None, s["group"]))

    # --- 5 COMMITMENT (§4) ---

    def check_commitment(self) -> str:
        """Every contribution was promised before, and all was bound before any was shown."""
        doc, parties = self.doc, self.doc["parties"]
        names = [party["id"] for party in parties]
        nonces = [raw(party["nonce"], "parties") for party in parties]
        in_order = names == sorted(set(names)) and len(names) >= 2
        demand(in_order, "parties", "two or more, in order", names)
        demand(len(set(nonces)) == len(nonces), "parties", "every nonce once")
        promises: list[bytes] = []
        for i, (party, nonce) in enumerate(zip(parties, nonces)):
            named = re.fullmatch("[a-z][a-z0-9_-]{0,31}", party["id"])
            demand(named, "parties", "a lower-case id", party["id"])
            where = f"parties[{i}].nonce"
            whole(len(nonce), where, 16, 64)
            promise = self.digest_of("fairdraw/1/nonce", nonce)
            self.same(where, promise, party["commitment"])
            promises += [party["id"].encode(), promise]
        beacon = doc["beacon"] and {name: doc["beacon"][name] for name in ("at", "source")}
        refusals = doc["refusals"]
        demand(refusals == sorted(set(refusals)), "refusals", "every id once, in order")
        back = {person["id"] for person in self.eligible} & set(refusals)
        demand(not back, "refusals", "nobody who can be drawn", sorted(back))
        previous = doc["previous"]
        told = previous is None or is_hash(previous)
        demand(told, "previous", "a digest or null", previous or "nothing")
        supplement = doc["plan"]["kept"] or refusals
        demand(previous or not supplement, "previous", "the draw before a supplement", "null")
        demand(is_hash(doc["program"]["hash"]), "program.hash", "a hash", doc["program"]["hash"])
        for value in doc["abandoned"]:
            demand(is_hash(value), "abandoned", "a hash", value)
        abandoned = [raw(value, "abandoned") for value in doc["abandoned"]]
        trials = whole(doc["trials"], "trials", 0, MOST_TRIALS)
        attempt = whole(doc["attempt"], "attempt", len(abandoned) + 1, len(abandoned) + 1)
        whole(attempt, "attempt", 1, MOST_ATTEMPTS)
        commit = self.digest_of(
            "fairdraw/1/commit",
            raw(doc["pool"]["root"], "pool.root"),
            raw(doc["rules_hash"], "rules_hash"),
            raw(doc["lottery_hash"], "lottery_hash"),
            canonical(doc["program"]),
            u64(len(parties)),
            *promises,
            canonical(beacon) if beacon else b"none",
            u64(trials),
            u64(attempt),
            u64(len(abandoned)),
            *abandoned,
            raw(previous or "", "previous"),
            self.digest_of("fairdraw/1/refusals", canonical(refusals)),
        )
        value = self.same("commit", commit, doc["commit"])
        self.facts.update(previous=previous and "unchecked", before=None)
        if self.parent is not None:
            self.check_previous(self.parent)
        return f"{len(parties)} parties, {value}"

    def check_previous(self, data: bytes) -> None:
        """§8: what the file of the draw before says of one that supplements or replaces it.

        A supplement has members that are kept, or refusals. Only where both files name people by the
        same ids can more be asked than that the file is the one meant.
        """
        where, doc = "previous", self.doc
        parent, report = judged(data, None)
        if "lacking" in report.facts:
            raise Lacking(report.facts["lacking"])
        failed = "".join(f"step {c.number} {c.code}" for c in report.checks if c.ok is False)
        demand(report.ok, where, "a transcript that verifies", failed)
        given, digest = doc["previous"], parent.doc["digest"]
        demand(given == digest, where, digest, given or "null")
        self.facts.update(previous="checked", before=parent.doc["previous"])
        plan, before = doc["plan"], parent.doc
        kept = {member["id"] for member in plan["kept"]}
        refusals = set(doc["refusals"])
        pool = {person["id"] for person in self.people}
        shared = any(person["id"] in pool for person in parent.people)
        if not shared or not (kept or refusals):
            return
        drawn = {seat["id"] for seat in before["panel"] + before["alternates"]}
        members = before["plan"]["kept"] + before["plan"]["designated"]
        drawn.update(before["refusals"], (member["id"] for member in members))
        # Who was drawn still earlier, and waited, stands there as excluded for that reason.
        drawn |= waited(parent.people)
        again = drawn & {person["id"] for person in self.eligible}
        told = "nobody of the earlier draw who can be drawn"
        demand(not again, where, told, min(again, default=""))
        for people in (refusals - drawn, kept - drawn, waited(self.people) - drawn):
            demand(not people, where, "only people of the earlier draw", min(people, default=""))

    # --- 6 SEED (§4): "seed = H("fairdraw/1/seed", commit, id_1, nonce_1, …, beacon value)" ---

    def check_seed(self) -> str:
        """The seed is made of the commitment and every contribution."""
        reveals: list[bytes] = []
        for party in self.doc["parties"]:
            reveals += [party["id"].encode(), raw(party["nonce"], "parties")]
        beacon = self.doc["beacon"]
        spoken = beacon["value"].encode() if beacon else b"none"
        commit = raw(self.doc["commit"], "commit")
        self.s = self.digest_of("fairdraw/1/seed", commit, *reveals, spoken)
        return self.same("seed", self.s, self.doc["seed"])

    def stream(self, label: str, length: int) -> bytes:
        """§4: "block_i = H("fairdraw/1/rng", label, seed, u64(i)), i = 0, 1, …, joined"."""
        blocks = (
            self.digest_of("fairdraw/1/rng", label.encode(), self.s, u64(i))
            for i in range(-(-length // 32))
        )
        return b"".join(blocks)[:length]

    # --- 7 LOTTERY (§5.1, §5.2, §5.3, §5.5, §5.6) ---

    def check_lottery(self) -> str:
        """Types of this pool, the mode its rules ask for, and rows that every panel keeps."""
        lottery = self.doc["lottery"]
        lottery_hash = self.digest_of("fairdraw/1/lottery", canonical(lottery))
        value = self.same("lottery_hash", lottery_hash, self.doc["lottery_hash"])
        crosses = self.group_people()
        general = bool(crosses or self.quotas or self.doc["plan"]["ceiling"])
        primary = self.seats[0]
        choice = any(sum(primary[s] > 0 for s in each.strata) > 1 for each in self.types)
        self.mode = "L" if general else "B" if self.tight or choice else "S"
        panels = lottery.get("panels", [])
        self.unit = {"S": 1, "B": 1 << SCALE, "L": len(panels)}[self.mode]
        scale = SCALE if self.mode == "B" else 0
        told = [lottery["mode"], lottery["scale"], bool(lottery["cells"])]
        demand(told == [self.mode, scale, self.mode != "S"], "lottery.mode", self.mode, told)
        types = [self.told_type(each, general) for each in self.types]
        fits = types == lottery["types"]
        demand(fits, "lottery.types", f"{len(types)} types of the pool", "others")
        self.state_rows(general)
        self.read_cells(lottery["cells"], general)
        held = [self.held(cell) for cell in self.cells]
        if self.mode == "B":
            self.check_units(held)
        if general:
            self.check_panels(panels, held)
        return f"{self.mode}, {len(types)} types, {value}"

    def quotas_of(self, person: dict[str, Any]) -> tuple[int, ...]:
        """Numbers of the quotas whose values somebody has, whatever the group."""
        counted = [self.counting.get((category, v), ()) for category, v in person["values"]]
        return tuple(sorted(chain.from_iterable(counted)))

    def room(self, row: tuple[str | None, str | None]) -> int:
        """§5.1: "the room the cap leaves (cap - members of that employer, in that group)"."""
        cap = self.caps[row[1]]
        assert cap is not None
        return cap - self.members[row]

    def group_people(self) -> bool:
        """Find the types (§5.1). Whether a cap crosses somebody's choices, which asks for mode L."""
        self.crowd = Counter()
        categories = {quota["category"] for quota in self.quotas}
        self.counting = {}
        for q, quota in enumerate(self.quotas):
            for v in quota["values"]:
                self.counting.setdefault((quota["category"], v), []).append(q)
        found: list[tuple[str | None, tuple[int, ...], tuple[int, ...], str]] = []
        for person in self.eligible:
            strata = self.reach_of(person)
            if not strata:
                continue  # "have no chance and take no part in what follows"
            lacks = categories - {category for category, _ in person["values"]}
            demand(not lacks, "pool.records", lacks, person["id"])
            found.append((person["employer"], strata, self.quotas_of(person), person["id"]))
            for group in self.groups_of(strata) | {None}:
                self.crowd[person["employer"], group] += 1
        self.capped = {group for group, cap in self.caps.items() if cap is not None}
        self.tight = {
            row[0] for row, n in self.crowd.items() if row[1] in self.capped and n > self.room(row)
        }
        types: dict[tuple[str | None, tuple[int, ...], tuple[int, ...]], list[str]] = {}
        crosses = False
        for employer, strata, quotas, name in found:
            demand(employer is not None or not self.capped, "pool.records", "an employer", name)
            matters = employer in self.tight
            types.setdefault((employer if matters else None, strata, quotas), []).append(name)
            groups = self.groups_of(strata)
            crosses |= matters and len(groups) > 1 and bool(groups & self.capped - {None})
        self.types = [Type(e, strata, quotas, ids) for (e, strata, quotas), ids in types.items()]
        self.types.sort(key=lambda t: ((t.employer or "").encode(), t.strata, t.quotas))
        return crosses

    def reach_of(self, person: dict[str, Any]) -> tuple[int, ...]:
        """§3: the strata with any seats that a record names; "*" is open to everybody."""
        numbers = {self.number[name] for name in [*person["strata"], "*"] if name in self.number}
        return tuple(sorted(s for s in numbers if self.seats[0][s] or self.seats[1][s]))

    def groups_of(self, strata: Iterable[int]) -> set[str | None]:
        """The groups in which strata lie; no group counts as one."""
        return {self.strata[s]["group"] for s in strata}

    def told_type(self, each: Type, general: bool) -> list[Any]:
        """A type as the lottery lists it (§5.3, §5.6)."""
        told = [each.employer, [self.strata[s]["id"] for s in each.strata], len(each.ids)]
        return [*told, list(each.quotas)] if general else told

    def state_rows(self, general: bool) -> None:
        """§5.5: strata, caps, quotas, first of primaries and then of alternates; types last.

        Modes S and B know primaries only, and every cap of an employer that matters (§5.1).
        """
        caps = [
            row
            for row in self.crowd
            if row[0] in self.tight
            and row[1] in self.capped
            and (not general or self.crowd[row] > self.room(row))
        ]
        caps.sort(key=lambda row: ((row[0] or "").encode(), (row[1] or "").encode()))
        rows: list[Row] = []
        for kind in (0, 1) if general else (0,):
            seats = self.seats[kind]
            rows += [
                Row(("stratum", kind, s), k, k) for s, k in enumerate(seats) if k or not general
            ]
            rows += [Row(("cap", kind, *row), 0, self.room(row)) for row in caps]
            for q in range(len(self.quotas)):
                rows.append(Row(("quota", kind, q), *self.quota_bounds(q, kind)))
        self.priced = len(rows)
        rows += [Row(("type", t), 0, len(each.ids)) for t, each in enumerate(self.types)]
        self.rows = rows
        self.row_number = {row.name: r for r, row in enumerate(rows)}
        self.bounded = {r for r, row in enumerate(rows) if row.low > 0 or row.high < 0}

    def quota_bounds(self, q: int, kind: int) -> tuple[int, int]:
        """§5.5: least and most drawn people that a quota asks for and allows."""
        quota, scope = self.quotas[q], self.scope(q, kind)
        if kind:
            low, high, members = quota["alternate_low"], quota["alternate_high"], 0
        else:
            low, high, members = quota["low"], quota["high"], self.members[q]
        return max(0, low - members), scope if high is None else high - members

    def caps_of(self, t: int, s: int, kind: int = 0) -> list[int]:
        """Rows of the caps that count type t in stratum s, of the group before the overall one."""
        employer, group = self.types[t].employer, self.strata[s]["group"]
        names = [("cap", kind, employer, each) for each in dict.fromkeys((group, None))]
        return [self.row_number[name] for name in names if name in self.row_number]

    def paid(self, t: int, s: int, kind: int) -> list[int]:
        """Rows that may have a price and count people of type t in stratum s."""
        names: list[tuple[Any, ...]] = [("stratum", kind, s)]
        scope = (None, self.strata[s]["group"])
        names += [
            ("quota", kind, q) for q in self.types[t].quotas if self.quotas[q]["group"] in scope
        ]
        others = [self.row_number[name] for name in names if name in self.row_number]
        return self.caps_of(t, s, kind) + others

    def held(self, cell: Cell) -> list[int]:
        """The numbers of all rows that count a cell."""
        paid = self.paid(cell.type, cell.stratum, cell.kind)
        return [*paid, self.row_number["type", cell.type]]

    def read_cells(self, told: list[list[int]], general: bool) -> None:
        """Cells are sorted, each once, and of seats that the type may take."""
        self.cells = [
            Cell(*cell) if general else Cell(cell[0], cell[1], 0, cell[2]) for cell in told
        ]
        in_order = self.cells == sorted({cell[:3]: cell for cell in self.cells}.values())
        demand(in_order, "lottery.cells", "every cell once, in order")
        for i, cell in enumerate(self.cells):
            where = f"lottery.cells[{i}]"
            whole(cell.type, where, 0, len(self.types) - 1)
            whole(cell.kind, where, 0, 1)
            whole(cell.amount, where, 1)
            s = cell.stratum
            fits = s in self.types[cell.type].strata and self.seats[cell.kind][s] > 0
            demand(fits, where, "a seat that the type may take", s)

    def check_units(self, held: list[list[int]]) -> None:
        """§5.3: units against people, room and primaries; §6 says why that covers every panel."""
        sums: Counter[int] = Counter()
        for rows, cell in zip(held, self.cells):
            for r in rows:
                sums[r] += cell.amount
        self.keeps(sums, self.unit, "lottery.cells")

    def check_panels(self, panels: list[list[int]], held: list[list[int]]) -> None:
        """§5.6: "every panel keeps every row and every type"."""
        whole(len(panels), "lottery.panels", LEAST_PANELS, MOST_PANELS)
        for i, panel in enumerate(panels):
            where = f"lottery.panels[{i}]"
            inside = all(0 <= c < len(held) for c in panel[:1] + panel[-1:])
            demand(panel == sorted(panel) and inside, where, "cells in order")
            rows = chain.from_iterable([held[c] for c in panel])
            self.keeps(Counter(rows), 1, where)

    def keeps(self, sums: Counter[int], unit: int, where: str) -> None:
        """Whether sums by row lie within the bounds of the rows."""
        for r in {*self.bounded, *sums}:
            name, low, high = self.rows[r]
            if not low * unit <= sums[r] <= high * unit:
                raise Failure(where, f"{name}: {low * unit}..{high * unit}", str(sums[r]))

    # --- 8 CHANCES (§5.3, §5.6): "The exact chance of a person of type t" ---

    def check_chances(self) -> str:
        """Totals are those of the panels; nobody's chance exceeds the ceiling."""
        lottery, primary = self.doc["lottery"], self.seats[0]
        crowd: Counter[int] = Counter()
        for each in self.types:
            for s in each.strata:
                crowd[s] += len(each.ids)
        for s, seats in enumerate(primary):
            demand(seats <= crowd[s], f"plan.strata[{s}]", f"{seats} people", crowd[s])
        sums = Counter(chain.from_iterable(lottery["panels"])) if self.mode == "L" else None
        self.units = Counter()
        for c, cell in enumerate(self.cells):
            if sums is not None:
                demand(sums[c] == cell.amount, f"lottery.cells[{c}]", sums[c], cell.amount)
            if cell.kind == 0:
                self.units[cell.type] += cell.amount
        if self.mode == "S":
            shares = [Fraction(k, crowd[s] or 1) for s, k in enumerate(primary)]
            self.chance = [max(shares[s] for s in each.strata) for each in self.types]
        else:
            self.chance = [
                Fraction(self.units[t], len(each.ids) * self.unit)
                for t, each in enumerate(self.types)
            ]
        self.seated = {
            t for t, each in enumerate(self.types) if any(primary[s] for s in each.strata)
        }
        # Whole numbers first, because fractions are slow to compare.
        near = [(p.numerator << 64) // p.denominator for p in self.chance]
        numbers = range(len(self.types))
        self.by_chance = sorted(numbers, key=lambda t: (near[t], self.chance[t], t))
        seated = [self.chance[t] for t in self.by_chance if t in self.seated]
        lowest, highest = seated[0], seated[-1]
        self.ceiling = Fraction(1)
        if self.mode == "L":
            self.check_ceiling(lottery["ceiling"], highest)
        likely = (len(t.ids) for t, p in zip(self.types, self.chance) if 2 * p > 1)
        self.facts.update(
            mode=self.mode,
            lowest=[*lowest.as_integer_ratio()],
            highest=[*highest.as_integer_ratio()],
            above_half=sum(likely),
            without_seat=len(self.eligible) - sum(len(each.ids) for each in self.types),
        )
        return f"from {float(lowest):.6f} to {float(highest):.6f}"

    def check_ceiling(self, told: list[int] | None, highest: Fraction) -> None:
        """§5.6: ceiling is "null iff the plan has none, else the fraction that no chance exceeds"."""
        asked = self.doc["plan"]["ceiling"]
        demand((told is None) == (asked is None), "lottery.ceiling", asked, told)
        self.ceiling = Fraction(*told or (1, 1))
        demand(highest <= self.ceiling <= 1, "lottery.ceiling", highest, self.ceiling)

    # --- 9 CERTIFICATE (§5.4, §5.7): why the smallest chances cannot be larger ---

    def check_certificate(self) -> str:
        """Level by level, what the prices leave possible against the chances of the file."""
        lottery = self.doc["lottery"]
        method = lottery["method"] if self.mode == "L" else None
        known = method in ("halving", "columns") or self.mode != "L"
        demand(known, "lottery.method", "halving or columns", method)
        levels = lottery["levels"] if self.mode == "L" else [self.only_level(lottery["prices"])]
        ledger = Ledger(self)
        remark = self.check_ceiling_prices(ledger) if self.mode == "L" else ""
        self.check_levels(levels, ledger)
        bound = "/".join(map(str, self.facts["bound"]))
        if not self.facts["proven"]:
            smallest = Fraction(*self.facts["lowest"])
            bound = f"NOT PROVEN, smallest {smallest}, none above {bound}"
        if self.outside is not None:
            bound += f", type {self.outside} outside its bracket"
        if self.loose is not None:
            bound += ", from level {} on only within rounding (type {})".format(*self.loose)
        self.facts["loose"] = self.loose and self.loose[0]
        self.facts["full"] = self.mode == "S" or (self.mode == "B" and self.all_proven())
        if self.mode == "B" and not self.facts["full"]:
            remark = ", smallest chance only"
        return bound + remark

    def check_levels(self, levels: list[dict[str, Any]], ledger: Ledger) -> None:
        """Every type stands in one level, and has what its level allows."""
        by_chance = [t for t in reversed(self.by_chance) if t in self.seated]
        by_reach = self.by_reach()
        self.outside = self.loose = None
        work = 0
        for i, level in enumerate(levels):
            where = f"lottery.levels[{i}]" if self.mode == "L" else "lottery.prices"
            prices = self.read_prices(level["prices"], where)
            work += sum(ledger.size[row] for row in prices)
            demand(work <= MOST_SUMS, "lottery.levels", f"at most {MOST_SUMS} sums", work)
            types = level["types"]
            fits = types and types == sorted({*types} & ledger.rest)
            demand(fits, where, "types of no earlier level, in order")
            for order in (by_chance, by_reach):
                while order[-1] not in ledger.rest:
                    order.pop()
            bound, rounding = ledger.bound(prices)
            self.check_bound(where, bound, self.chance[by_chance[-1]])
            if self.mode == "L":
                self.check_brackets(i, types, by_reach[-1], bound, rounding)
            ledger.settle(types)
        demand(not ledger.rest, "lottery.levels", "every type in one level", sorted(ledger.rest))

    def all_proven(self) -> bool:
        """§5.4: no chance of mode B could grow. False if there is too much to look through."""
        strata = sum(seats > 0 for seats in self.seats[0])
        if len(self.cells) * strata > MOST_REACH:
            return False
        better = Exchanges(self).better()
        if better is not None:
            where, chance = f"lottery.cells, type {better}", self.chance[better]
            raise Failure(where, "no larger chance to take from", str(chance))
        return True

    def check_ceiling_prices(self, ledger: Ledger) -> str:
        """§5.7: the ceiling is γ times what somebody must have, but for rounding it up."""
        lottery, asked = self.doc["lottery"], self.doc["plan"]["ceiling"]
        where = "lottery.ceiling_prices"
        demand(asked or not lottery["ceiling_prices"], where, "none", "prices")
        least = ledger.least_maximum(self.read_prices(lottery["ceiling_prices"], where))
        most = Fraction(1)
        if asked:
            rounded = Fraction(*asked) * least * (1 + ROUNDED_UP)
            most = min(most, rounded + Fraction(1, self.unit) + TINY)
        fits = self.ceiling <= most
        demand(fits or lottery["method"] == "columns", where, f"at most {most}", self.ceiling)
        self.facts["ceiling_proven"] = fits
        told = f", ceiling NOT PROVEN: {self.ceiling}, none needs more than {most}"
        return "" if fits else told

    def only_level(self, prices: dict[str, Any]) -> dict[str, Any]:
        """§5.4: prices of modes S and B as one level that holds every type."""
        names: list[tuple[Any, ...]] = [("stratum", 0, s) for s in range(len(self.strata))]
        names += [("cap", 0, employer, group) for employer, group, _ in prices["rows"]]
        fits = len(prices["strata"]) == len(self.strata)
        fits = fits and all(name in self.row_number for name in names)
        demand(fits, "lottery.prices", "strata and caps of the plan")
        amounts = prices["strata"] + [amount for _, _, amount in prices["rows"]]
        paid = sorted([self.row_number[name], amount] for name, amount in zip(names, amounts))
        return {"prices": paid, "types": sorted(self.seated)}

    def by_reach(self) -> list[int]:
        """Types with primary seats; the smallest chance with one seat more, which rounding may have
        taken, comes last."""
        reach = {t: Fraction(self.units[t] + 1, len(self.types[t].ids)) for t in self.seated}
        near = {t: (each.numerator << 64) // each.denominator for t, each in reach.items()}
        return sorted(reach, key=lambda t: (near[t], reach[t], t), reverse=True)

    def check_bound(self, where: str, bound: Fraction, low: Fraction) -> None:
        """The smallest chance ``low`` that no earlier level settled does not exceed its bound."""
        if "bound" not in self.facts:  # the lowest level
            self.facts["bound"] = told = [*bound.as_integer_ratio()]
            given = self.doc["lottery"]["bound"]
            demand(given == told, "lottery.bound", bound, given)
            near = bound - low <= (bound * SHARE if self.mode == "L" else TINY)
            self.facts["proven"] = near
            demand(near or self.mode == "L", where, bound, low)
        demand(low <= bound, where, bound, low)

    def check_brackets(
        self, level: int, types: list[int], least: int, bound: Fraction, rounding: Fraction
    ) -> None:
        """§5.7: who is settled has no more than the bound, who is open no less, but for rounding.

        ``least``: the open type that needs most room. Panels by columns may leave the brackets, but
        the first type that does is named; so is the first that a sixteenth of the bound would not do.
        """
        near, far = min(rounding, bound * SHARE), min(rounding, bound)
        for t, sign in ((least, -1), *((t, 1) for t in types)):
            crumbs = Fraction(1, self.unit * len(self.types[t].ids)) + TINY
            astray = sign * (self.chance[t] - bound) - crumbs
            if near < astray <= far:
                self.loose = self.loose or (level + 1, t)
            if astray <= far:
                continue
            if self.doc["lottery"]["method"] != "columns":
                told = f"at {'most' if sign > 0 else 'least'} {bound + sign * (crumbs + far)}"
                raise Failure(f"lottery.levels[{level}], type {t}", told, str(self.chance[t]))
            if self.outside is None:
                self.outside = t
            self.facts["proven"] = False

    def read_prices(self, told: Any, where: str) -> dict[int, int]:
        """Prices by row, ascending, each row once, none dearer than 2^40."""
        prices: dict[int, int] = dict(told)
        fits = [*prices] == sorted(prices) and len(prices) == len(told)
        fits = fits and all(0 <= row < self.priced for row in prices)
        fits = fits and all(abs(price) <= DEAREST for price in prices.values())
        fits = fits and (self.mode != "L" or 0 not in prices.values())
        demand(fits, where, "prices of rows, in order")
        return prices

    # --- 10 COUNTS (§6): "From the seed to seats" ---

    def check_counts(self) -> str:
        """How many seats each cell gets: those of the panel of the index, or by halving."""
        index = self.panel_index() if self.mode == "L" else None
        demand(self.doc["index"] == index, "index", index, self.doc["index"])
        if self.mode == "L":
            drawn = Counter(self.doc["lottery"]["panels"][index])
            self.given = [drawn[c] for c in range(len(self.cells))]
            return f"panel {index} of {self.unit}"
        self.given = self.halved([cell.amount for cell in self.cells])
        return f"{sum(self.given) if self.given else sum(self.seats[0])} seats"

    def panel_index(self) -> int:
        """The first word of the stream that favours no panel, modulo their number."""
        m = self.unit
        usable = (MASK + 1) - (MASK + 1) % m
        words = (int.from_bytes(self.stream("panel", 8 * i + 8)[8 * i :], "big") for i in count())
        return next(word for word in words if word < usable) % m

    def halved(self, value: list[int]) -> list[int]:
        """Forty halvings of the units; every sum is rounded down or up each time."""
        caps = [self.caps_of(cell.type, cell.stratum) for cell in self.cells]
        types = shared([cell.type for cell in self.cells])
        inner = shared([rows[0] if len(rows) > 1 else None for rows in caps])
        outer = shared([rows[-1] if rows else None for rows in caps])
        strata = [cell.stratum for cell in self.cells]
        for level in range(SCALE if value else 0):
            start = int.from_bytes(self.stream(f"pair/{level}", 8), "big")
            bits = self.stream(f"halve/{level}", (len(value) + 7) // 8)
            odd = [c for c, v in enumerate(value) if v & 1]
            order = sorted(odd, key=partial(splitmix, start))  # of two alike, c decides
            left, right = paired(order, types, inner, outer), paired(order, strata)
            turn = [0] * len(value)  # of odd cells: 1 up, -1 down
            for c in odd:
                if turn[c]:
                    continue
                first = 1 if bits[c // 8] >> (7 - c % 8) & 1 else -1
                for a, way in ((c, first), (left[c], -first)):  # along its path, to either side
                    while a is not None and not turn[a]:
                        b = right[a]
                        turn[a], turn[b] = way, -way
                        a = left[b]
            value = [(v + way) >> 1 for v, way in zip(value, turn)]
        return value

    # --- 11 PANEL (§7): "smaller is better, and it depends on nobody else" ---

    def check_panel(self) -> str:
        """Every primary, seat by seat."""
        places = self.places(0, self.s)
        if self.mode == "S":
            for s, k in enumerate(self.seats[0]):
                lots: list[tuple[bytes, str, int]] = []
                for t, each in enumerate(self.types):
                    if k and s in each.strata:
                        lots += self.lots(self.s, t)
                places += [Place(s, *lot) for lot in sorted(lots)[:k]]
        self.drawn = {place.person for place in places}
        return self.compare("panel", places)

    def lots(self, seed: bytes, t: int, barred: Iterable[str] = ()) -> list[tuple[bytes, str, int]]:
        """(ticket, id, type) of everybody of a type who is not barred."""
        return [
            (self.digest_of("fairdraw/1/ticket", seed, name.encode()), name, t)
            for name in self.types[t].ids
            if name not in barred
        ]

    def places(self, kind: int, seed: bytes, barred: Iterable[str] = ()) -> list[Place]:
        """A type's seats of one kind go by stratum number to its smallest tickets."""
        seats: dict[int, list[int]] = {}
        for cell, given in zip(self.cells, self.given):
            if cell.kind == kind and given:
                seats.setdefault(cell.type, []).extend([cell.stratum] * given)
        return [
            Place(s, *lot)
            for t, strata in seats.items()
            for s, lot in zip(strata, sorted(self.lots(seed, t, barred)))
        ]

    def compare(self, part: str, places: list[Place]) -> str:
        """The file must list the places by stratum and ticket."""
        told = self.doc[part]
        demand(len(told) == len(places), part, len(places), len(told))
        rank: Counter[int] = Counter()
        for i, (place, found) in enumerate(zip(sorted(places), told)):
            rank[place.stratum] += 1
            seat = {
                "id": place.person,
                "rank": rank[place.stratum],
                "stratum": self.strata[place.stratum]["id"],
                "ticket": place.ticket.hex(),
                "type": place.type,
            }
            for name in sorted({*seat, *found}):
                fits = name in seat and found.get(name) == seat[name]
                where = f"{part}[{i}].{name} ({seat['stratum']}, {seat['rank']})"
                demand(fits, where, seat.get(name), found.get(name))
        return f"{len(places)} seats"

    # --- 12 ALTERNATES (§8) ---

    def check_alternates(self) -> str:
        """Every alternate, seat by seat."""
        seed = self.digest_of("fairdraw/1/alt", self.s)
        if self.mode == "L":
            return self.compare("alternates", self.places(1, seed, self.drawn))
        return self.compare("alternates", self.completed(seed))

    def completed(self, seed: bytes) -> list[Place]:
        """Modes S and B: in ticket order the first stratum with which the list can be completed."""
        missing = list(self.seats[1])
        flow, fills, arcs, lots = self.lists_of_alternates(seed, missing)
        possible = all(flow.force(arc) for s, arc in enumerate(fills) for _ in range(missing[s]))
        demand(possible, "alternates", "somebody for every seat", "too few people")
        places: list[Place] = []
        refused: set[tuple[int, int]] = set()
        for ticket, person, t in sorted(lots):
            for s in self.types[t].strata:
                if not missing[s] or (t, s) in refused:
                    continue
                if flow.force(arcs[t, s]):
                    missing[s] -= 1
                    places.append(Place(s, ticket, person, t))
                    break
                refused.add((t, s))  # bounds only ever rise: what is impossible stays so
        return places

    def lists_of_alternates(
        self, seed: bytes, missing: list[int]
    ) -> tuple[Flow, list[Arc], dict[tuple[int, int], Arc], list[tuple[bytes, str, int]]]:
        """All lists as a flow hub -> caps -> type -> stratum -> hub; and everybody's lot."""
        flow = Flow()
        fills = [flow.arc(("s", s), "hub", k) for s, k in enumerate(missing)]
        chains = [self.caps_of(t, each.strata[0]) for t, each in enumerate(self.types)]
        nested = {pair for rows in chains for pair in zip(rows, [*rows[1:], "hub"])}
        for row, outer in nested:
            flow.arc(outer, row, self.rows[row].high)
        arcs: dict[tuple[int, int], Arc] = {}
        lots: list[tuple[bytes, str, int]] = []
        for t, each in enumerate(self.types):
            wanted = any(missing[s] for s in each.strata)
            mine = self.lots(seed, t, self.drawn) if wanted else []
            flow.arc(chains[t][0] if chains[t] else "hub", ("t", t), len(mine))
            for s in each.strata:
                arcs[t, s] = flow.arc(("t", t), ("s", s), missing[s])
            lots += mine
        return flow, fills, arcs, lots

    # --- 13 DIGEST, 14 SIGNATURES (§9) ---

    def check_digest(self) -> str:
        """Everything else in the file is what was signed."""
        bound = {n: v for n, v in self.doc.items() if n not in ("digest", "signatures")}
        self.digest = self.digest_of("fairdraw/1/transcript", canonical(bound))
        return self.same("digest", self.digest, self.doc["digest"])

    def check_signatures(self) -> str:
        """Every signature is valid under its key; whose key that is, no file can say."""
        entries = self.doc["signatures"]
        parties = [entry["party"].encode() for entry in entries]
        demand(parties == sorted(set(parties)), "signatures", "every party once, in order")
        for i, entry in enumerate(entries):
            where = f"signatures[{i}]"
            key, signature = (raw(entry[name], where) for name in ("public_key", "signature"))
            party = entry["party"]
            message = self.digest_of("fairdraw/1/signature", party.encode(), self.digest)
            fits = entry["algorithm"] == "ed25519" and len(entry) == 4
            valid = fits and ed25519_is_valid(key, message, signature)
            demand(valid, where, "a valid signature", party)
        self.facts["signatures"] = [[entry["party"], entry["public_key"]] for entry in entries]
        self.facts.update({name: self.doc[name] for name in ("digest", "beacon")})
        return ", ".join(entry["party"] for entry in entries)


@dataclass
class Account:
    """Types that pay alike: for every primary, and every alternate seat they may take, its rows.

    ``people``: of all these types; ``open``: of those with no settled chance. ``units`` of the
    settled ones together, and how many types these are.
    """

    primary: list[list[int]]
    alternate: list[list[int]]
    people: int = 0
    open: int = 0
    units: int = 0
    settled: int = 0


class Ledger:
    """Who pays what for seats at given prices of rows (§5.4, §5.7).

    Types with the same strata and quotas pay alike but for the caps of their employers. So they are
    summed up once, and a level looks only at accounts and types that a price concerns.
    """

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.rest = set(draw.seated)  # types that no level has settled
        self.account_of: list[Account] = []
        self.paying: dict[int, list[Account]] = {}  # accounts by the row that they pay
        self.capped: dict[int, list[int]] = {}  # types by the cap that they pay
        self.size: Counter[int] = Counter()  # seats of types that pay a row
        found: dict[tuple[tuple[int, ...], tuple[int, ...]], Account] = {}
        for t, each in enumerate(draw.types):
            single = self.account_for(t)
            rows = Counter(chain.from_iterable(single.primary + single.alternate))
            self.size.update(rows)
            caps = {row for row in rows if draw.rows[row].name[0] == "cap"}
            for row in caps:
                self.capped.setdefault(row, []).append(t)
            account = found.get((each.strata, each.quotas))
            if account is None:
                shared = [
                    [[row for row in paid if row not in caps] for paid in seats]
                    for seats in (single.primary, single.alternate)
                ]
                account = found[each.strata, each.quotas] = Account(shared[0], shared[1])
                for row in set(rows) - caps:
                    self.paying.setdefault(row, []).append(account)
            self.account_of.append(account)
            account.people += single.people
            account.open += single.open

    def account_for(self, t: int) -> Account:
        """One type by itself."""
        draw, each = self.draw, self.draw.types[t]
        primary, alternate = (
            [draw.paid(t, s, kind) for s in each.strata if draw.seats[kind][s]] for kind in (0, 1)
        )
        people = len(each.ids)
        if t in self.rest:
            return Account(primary, alternate, people, people)
        return Account(primary, alternate, people, 0, draw.units[t], 1)

    def settle(self, types: Iterable[int]) -> None:
        """These keep their chances from now on."""
        for t in types:
            self.rest.discard(t)
            account = self.account_of[t]
            account.open -= len(self.draw.types[t].ids)
            account.units += self.draw.units[t]
            account.settled += 1

    def concerned(self, prices: dict[int, int]) -> list[Account]:
        """Accounts that pay anything, less the types that pay for a cap; these one by one."""
        alone = {t for row in prices for t in self.capped.get(row, ())}
        shared = {id(account): account for row in prices for account in self.paying.get(row, ())}
        less = {id(self.account_of[t]) for t in alone}.intersection(shared)
        shared.update((place, replace(shared[place])) for place in less)
        singles = [self.account_for(t) for t in alone]
        for t, single in zip(alone, singles):
            account = shared.get(id(self.account_of[t]))
            if account is not None:
                account.people -= single.people
                account.open -= single.open
                account.units -= single.units
                account.settled -= single.settled
        return [*shared.values(), *singles]

    def bound(self, prices: dict[int, int]) -> tuple[Fraction, Fraction]:
        """§5.7: while all settled types keep their chances, nobody gives all others more than this.

        The second figure is what the rounding of the settled chances may add.
        """
        draw = self.draw
        rows = [(draw.rows[row], price) for row, price in prices.items()]
        spend = sum(max(price * row.low, price * row.high) for row, price in rows)
        weight = kept = loose = steps = 0
        for account in self.concerned(prices):
            spare = min([0, *costs(account.alternate, prices)])
            gain = min(costs(account.primary, prices)) - spare if account.primary else 0
            spend -= spare * account.people
            kept += gain * account.units
            steps += abs(gain) * account.settled
            if gain > 0:
                weight += gain * account.open
            else:
                loose += gain * account.open
        if not weight:
            return draw.ceiling, Fraction(0)
        bound = (spend - Fraction(kept, draw.unit) - loose * draw.ceiling) / weight
        return min(bound, draw.ceiling), Fraction(steps, weight) / draw.unit

    def least_maximum(self, prices: dict[int, int]) -> Fraction:
        """§5.7: every lottery over valid panels gives somebody at least this chance."""
        rows = [(self.draw.rows[row], price) for row, price in prices.items()]
        left = sum(min(price * row.low, price * row.high) for row, price in rows)
        weight = 0
        for account in self.concerned(prices):
            spare = max([0, *costs(account.alternate, prices)])
            dearest = max(costs(account.primary, prices)) - spare if account.primary else 0
            left -= spare * account.people
            weight += max(0, dearest) * account.people
        return Fraction(left, weight) if weight else Fraction(0)


class Exchanges:
    """§5.4: whether a chance of mode B could grow at the cost of larger chances only.

    The units are a circulation hub -> caps -> type -> stratum -> hub. A chance can grow if one more
    unit can go round through its type, and other chances only shrink on the way if they are larger.
    Nodes: strata, caps without room, and the hub, which stands for all caps with room as well.
    """

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.crumb = draw.unit >> 20  # rounding leaves some; less than that is nothing
        caps = [draw.caps_of(t, each.strata[0]) for t, each in enumerate(draw.types)]
        self.flows: dict[int, list[tuple[int, int]]] = {}  # by type: (stratum, units)
        used: Counter[int] = Counter()
        for cell in draw.cells:
            self.flows.setdefault(cell.type, []).append((cell.stratum, cell.amount))
            used.update(dict.fromkeys(caps[cell.type], cell.amount))
        full = {
            r
            for r, row in enumerate(draw.rows)
            if row.name[0] == "cap" and row.high * draw.unit - used[r] <= self.crumb
        }
        # By type: its caps that have no room, of the group before the overall one; then the hub.
        self.supply = [[*(row for row in rows if row in full), "hub"] for rows in caps]
        self.next: dict[Any, set[Any]] = {}  # edges
        self.reached_by: dict[Any, int] = {}  # node -> strata that reach it, as bits

    def better(self) -> int | None:
        """The type of the smallest chance that could grow, if any could."""
        draw, found = self.draw, None
        gaining = [t for t in draw.by_chance if t in draw.seated and self.can_gain(t)]
        self.lay_edges(gaining)
        losing = [t for t in draw.by_chance if t in self.flows]
        for t in reversed(gaining):
            limit = draw.chance[t] + TINY
            while losing and draw.chance[losing[-1]] > limit:
                self.may_lose(losing.pop())
            reached_by = self.reached_by.get(self.supply[t][0], 0)
            if any(reached_by >> s & 1 for s in self.open_to(t)):
                found = t
        return found

    def can_gain(self, t: int) -> bool:
        """Whether the people of a type have chances below 1."""
        most = len(self.draw.types[t].ids) * self.draw.unit
        return most - self.draw.units[t] > self.crumb

    def open_to(self, t: int) -> list[int]:
        """Strata in which a type can be drawn as primaries."""
        return [s for s in self.draw.types[t].strata if self.draw.seats[0][s]]

    def lay_edges(self, gaining: list[int]) -> None:
        """Where a unit can go without making anybody's chance smaller."""
        for t, flows in self.flows.items():
            for s, units in flows:
                if units > self.crumb:  # the type takes another stratum instead
                    self.next.setdefault(("s", s), set()).update(("s", o) for o in self.open_to(t))
            rows = self.supply[t]
            for row, outer in zip(rows, rows[1:]):  # noqa: RUF007 (3.8); a full cap gives up a unit
                self.next.setdefault(row, set()).add(outer)
        for t in gaining:
            self.next.setdefault(self.supply[t][0], set()).update(("s", s) for s in self.open_to(t))
        strata = [("s", s) for s in range(len(self.draw.strata))]
        self.reached_by.update((node, 1 << node[1]) for node in strata)
        self.spread(strata)

    def may_lose(self, t: int) -> None:
        """From now on this chance counts as larger: it may shrink."""
        place = self.supply[t][0]
        for s, units in self.flows[t]:
            if units > self.crumb:
                self.next.setdefault(("s", s), set()).add(place)
                self.spread([("s", s)])

    def spread(self, nodes: list[Any]) -> None:
        """Tell along the edges which strata reach a node."""
        waiting = deque(nodes)
        while waiting:
            node = waiting.popleft()
            told = self.reached_by.get(node, 0)
            for other in self.next.get(node, ()):
                known = self.reached_by.get(other, 0)
                if told | known != known:
                    self.reached_by[other] = told | known
                    waiting.append(other)


def costs(seats: list[list[int]], prices: dict[int, int]) -> list[int]:
    """What each of these seats costs: the prices of its rows."""
    return [sum([prices[row] for row in rows if row in prices]) for rows in seats]


def waited(people: Iterable[dict[str, Any]]) -> set[str]:
    """Who is left out of a pool for having been drawn in an earlier draw of the series."""
    return {p["id"] for p in people if any(code == "ALREADY_DRAWN" for code, _ in p["exclusions"])}


def is_hash(text: str) -> bool:
    """Whether a text is 64 lower-case hex digits."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None


# ---------------------------------------------------------------------------------------------
# Halving (§6)
# ---------------------------------------------------------------------------------------------


def splitmix(start: int, index: int) -> int:
    """The top 24 bits of output number ``index`` of SplitMix64 started at ``start``."""
    z = (start + (index + 1) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return (z ^ (z >> 31)) >> 40


def shared(nodes: Sequence[int | None]) -> list[int | None]:
    """The node of each cell, but None where no other cell has the same: nobody to pair it with."""
    cells = Counter(nodes)
    return [node if cells[node] > 1 else None for node in nodes]


def paired(order: Iterable[int], *groupings: Sequence[int | None]) -> list[Any]:
    """Everybody's partner: inside each node the 1st and 2nd in order become partners, the 3rd and
    4th, and so on; then those still alone by the next grouping."""
    partner: list[Any] = [None] * len(groupings[0])
    for node in groupings:
        waiting: dict[int, int] = {}
        for c in order:
            at = node[c]
            if at is None or partner[c] is not None:
                continue
            other = waiting.pop(at, None)
            if other is None:
                waiting[at] = c
            else:
                partner[c], partner[other] = other, c
    return partner


# ---------------------------------------------------------------------------------------------
# Flows, for the alternates of modes S and B (§8)
# ---------------------------------------------------------------------------------------------


class Arc:
    """From node to node: at least ``low``, at most ``high``, and what flows at this moment."""

    __slots__ = ("flow", "head", "high", "low", "tail")

    def __init__(self, tail: Any, head: Any, high: int) -> None:
        self.tail, self.head, self.high = tail, head, high
        self.low = self.flow = 0


class Flow:
    """A circulation with lower and upper bounds, changed one unit at a time."""

    def __init__(self) -> None:
        self.at: dict[Any, list[Arc]] = {}

    def arc(self, tail: Any, head: Any, high: int) -> Arc:
        """A new arc without flow."""
        arc = Arc(tail, head, high)
        for node in (tail, head):
            self.at.setdefault(node, []).append(arc)
        return arc

    def force(self, arc: Arc) -> bool:
        """Raise the lower bound of an arc by one if a circulation still exists."""
        if arc.flow == arc.low:
            way = self.way(arc.head, arc.tail) if arc.flow < arc.high else None
            if way is None:
                return False
            arc.flow += 1
            for used, step in way:
                used.flow += step
        arc.low += 1
        return True

    def way(self, start: Any, end: Any) -> list[tuple[Arc, int]] | None:
        """Arcs along which one more unit can go, each with +1, or -1 where it goes against it.

        Searched from both ends, always where fewer arcs are to be looked at: a small set of nodes
        that nothing can enter or leave shows at once that there is no way.
        """
        came: tuple[dict[Any, Any], dict[Any, Any]] = ({start: None}, {end: None})
        rims = [[start], [end]]
        while all(rims):
            back = sum(len(self.at[n]) for n in rims[1]) < sum(len(self.at[n]) for n in rims[0])
            rim, rims[back] = rims[back], []
            for node, arc in ((each, arc) for each in rim for arc in self.at[each]):
                other, step = (arc.head, 1) if arc.tail == node else (arc.tail, -1)
                fits = arc.flow < arc.high if (step > 0) != back else arc.flow > arc.low
                step = -step if back else step
                if fits and other not in came[back]:
                    came[back][other] = (node, arc, step)
                    rims[back].append(other)
                    if other in came[not back]:
                        return self.joined(came, other)
        return None

    def joined(self, came: tuple[dict[Any, Any], ...], middle: Any) -> list[tuple[Arc, int]]:
        """The way through a node that was reached from both ends."""
        way: list[tuple[Arc, int]] = []
        for steps in came:
            node = middle
            while steps[node]:
                node, arc, step = steps[node]
                way.append((arc, step))
        return way


# ---------------------------------------------------------------------------------------------
# Ed25519 (RFC 8032, 5.1), points as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z
# ---------------------------------------------------------------------------------------------

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, P - 2, P) % P
ZERO = (0, 1, 1, 0)


def add(a: Sequence[int], b: Sequence[int]) -> tuple[int, int, int, int]:
    """Sum of two points (5.1.4)."""
    e = (a[1] - a[0]) * (b[1] - b[0])
    f = (a[1] + a[0]) * (b[1] + b[0])
    g = 2 * a[3] * b[3] * CURVE
    h = 2 * a[2] * b[2]
    w, x, y, z = (f - e) % P, (h - g) % P, (h + g) % P, (f + e) % P
    return w * x % P, y * z % P, x * y % P, w * z % P


def times(k: int, point: Sequence[int]) -> tuple[int, int, int, int]:
    """A point added to itself k times."""
    total = ZERO
    while k:
        if k & 1:
            total = add(total, point)
        point = add(point, point)
        k >>= 1
    return total


def decode(data: bytes) -> tuple[int, int, int, int]:
    """The point of 32 bytes (5.1.3); ValueError if there is none."""
    sign, y = divmod(int.from_bytes(data, "little"), 1 << 255)
    square = (y * y - 1) * pow(CURVE * y * y + 1, P - 2, P) % P
    root = pow(square, (P + 3) // 8, P)
    roots = (root, root * pow(2, (P - 1) // 4, P) % P)
    x = next((x for x in roots if (x * x - square) % P == 0), None)
    if len(data) != 32 or y >= P or x is None or (x == 0 and sign):
        raise ValueError("no point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def ed25519_is_valid(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether 64 bytes are a valid signature under a public key of 32 (5.1.7)."""
    try:
        a, r = decode(key), decode(signature[:32])
    except ValueError:
        return False
    base = decode(bytes([0x58] + 31 * [0x66]))
    s = int.from_bytes(signature[32:], "little")
    hashed = hashlib.sha512(signature[:32] + key + message).digest()
    k = int.from_bytes(hashed, "little") % ORDER
    left, right = times(s % ORDER, base), add(r, times(k, a))
    same = all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
    return len(signature) == 64 and s < ORDER and same


# ---------------------------------------------------------------------------------------------
# The verdict
# ---------------------------------------------------------------------------------------------


def verify(data: bytes, previous: bytes | None = None) -> Report:
    """Check a transcript step by step, up to the first that fails.

    ``previous``: the transcript that this one supplements or replaces, to be checked with it.
    """
    return judged(data, previous)[1]


def judged(data: bytes, previous: bytes | None) -> tuple[Draw, Report]:
    """What was found out, and the report of it."""
    draw, ok = Draw(bytes(data), previous), True
    checks: list[Check] = []
    for number, code in enumerate(STEPS, 1):
        check = Check(number, code)
        checks.append(check)
        if not ok:
            continue
        try:
            check.value = getattr(draw, "check_" + code.lower())()
            check.ok = True if check.value else None
        except Lacking as lacking:
            ok, draw.facts["lacking"] = False, str(lacking)
        except Failure as failure:
            ok = check.ok = False
            check.where, check.expected, check.found = failure.args
        except Exception as error:  # whatever a hostile file provokes is a failure of its step
            ok = check.ok = False
            check.where, check.found = "$", repr(error)[:200]
    chances = [(each.ids, chance) for each, chance in zip(draw.types, draw.chance)]
    readable = isinstance(draw.doc, dict) and "lacking" not in draw.facts
    return draw, Report(ok, readable, checks, draw.facts, chances)


def lines(report: Report, language: str = "en") -> list[str]:
    """The report in words: one line for each step, and more for the one that failed."""
    *verdicts, unchecked, unsigned, expected, found, at, compare, unproven, names = WORDS[language]
    fits, failed, unreadable, lacking = verdicts
    marks = {True: "ok   ", False: "FAIL ", None: "-    "}
    text: list[str] = []
    for check in report.checks:
        rest = check.value if check.ok is not None else unsigned if report.ok else unchecked
        text.append(f"{check.number:2} {marks[check.ok]}{names[check.code]}: {rest}")
        if check.ok is False:
            failed = failed.format(check.number)
            told = ((at, check.where), (expected, check.expected), (found, check.found))
            text += [f"        {label}: {said}" for label, said in told if said]
    if report.ok:
        text += [f"{compare}:", *(f"        {said}" for said in unvouched(report.facts))]
        text += remarks(report.facts, unproven)
    other = lacking if "lacking" in report.facts else unreadable
    text.append(fits if report.ok else failed if report.readable else other)
    return list(map(printable, text))


def printable(text: str) -> str:
    """A line in which nothing from a file can steer the terminal that shows it, or turn its order."""
    shown = (c.isprintable() or unicodedata.category(c) == "Zs" for c in text)
    return "".join(c if fits else f"\\u{ord(c):04x}" for c, fits in zip(text, shown))


def unvouched(facts: dict[str, Any]) -> list[str]:
    """What no file can vouch for by itself: the digest, whose the keys are, what the beacon said."""
    beacon = facts["beacon"] or {}
    told = [("digest", facts["digest"]), *facts["signatures"]]
    told += sorted((f"beacon {name}", value) for name, value in beacon.items())
    return [f"{label} {said}" for label, said in told]


def remarks(facts: dict[str, Any], words: dict[str, str]) -> list[str]:
    """What was not checked here, or is not proven."""
    applies = {
        "before": facts["before"] is not None,
        "previous": facts["previous"] == "unchecked",
        "alternates": facts["mode"] == "L",
        "full": facts["mode"] == "B" and not facts["full"],
        "loose": facts["loose"] is not None,
    }
    return [words[name].format(**facts) for name, said in applies.items() if said]


def read(name: str) -> bytes:
    """The bytes of a file."""
    with open(name, "rb") as file:
        return file.read()


def main(arguments: list[str] | None = None) -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(description="Judge the transcript of a draw.")
    parser.add_argument("--lang", choices=sorted(WORDS), default="en")
    parser.add_argument("--chances", action="store_true", help="everybody's exact chance as well")
    parser.add_argument("--previous", metavar="FILE", help="the draw that this one supplements")
    parser.add_argument("transcript")
    options = parser.parse_args(arguments)
    try:
        data = read(options.transcript)
        report = verify(data, read(options.previous) if options.previous else None)
        told = lines(report, options.lang)
        if options.chances:
            people = ((person, chance) for ids, chance in report.chances for person in ids)
            told[:0] = [printable(f"{person} {chance}") for person, chance in people]
        print("\n".join(told), flush=True)
    except BrokenPipeError:  # whoever reads has seen enough, and Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except OSError as error:
        print(f"{error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        if error.filename is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    return 0 if report.ok else 1 if report.readable else 2


if __name__ == "__main__":
    sys.exit(main())
