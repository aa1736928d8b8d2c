#!/usr/bin/env python3
"""Judge the transcript of a draw: one file, standard library only, Python 3.8 or later.

    python3 verify.py transcript.json

recomputes the draw step by step and says in words what fits and what does not. It shares no code
with the program that draws; docs/draw-protocol.md says in words what both compute. Exit status:
0 everything fits, 1 a step failed, 2 the file cannot be read.
"""

# fmt: off
# mypy: disable-error-code="type-arg, no-untyped-def, no-any-return, var-annotated, index"
from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter, deque
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

HASHES, SCALE, MOST_SEATS, MASK = {"sha256": "sha256", "gm": "sm3"}, 40, 4095, (1 << 64) - 1
STEPS = ("FORMAT", "POOL", "EXCLUSIONS", "RULES", "COMMITMENT", "SEED", "LOTTERY", "CHANCES",
         "CERTIFICATE", "COUNTS", "PANEL", "ALTERNATES", "DIGEST", "SIGNATURES")
#: Per language: verdicts (3), remarks (2), labels of a failure (3), names of the steps.
WORDS = {
    "en": ("every step fits", "step {} failed: do not trust this file", "the file cannot be read",
           "not checked", "none in the file", "expected", "the file says", "at", dict(zip(STEPS, (
               "complete, official, canonical form", "fingerprint of the pool",
               "every exclusion has its rule and evidence", "seats and rules unchanged",
               "committed first, revealed later", "seed made of all contributions",
               "every possible panel keeps the rules", "chances add up to the seats",
               "smallest chance cannot be larger", "seats by type follow from the seed",
               "every primary recomputed", "every alternate recomputed",
               "nothing else was changed", "signatures")))),
    "zh": ("全部相符", "第 {} 步未通过，请勿采信这份文件", "文件无法读取", "未检查", "文件未附签名", "应为",
           "文件所载", "所在位置", dict(zip(STEPS, (
               "文件完整、格式规范", "评委库指纹相符", "排除均有据", "席位与抽取规则相符", "先承诺、后揭示",
               "种子合成正确", "每一种可能的名单都合规", "机会总数无误", "最低机会已是最高",
               "各类席位数由种子决定", "正选逐席重算一致", "备选次序重算一致", "其余内容未被改动", "签名相符"))))}


@dataclass
class Check:
    """One step: ok is True, False, or None if it was not checked; the rest is text."""

    number: int
    code: str
    ok: Any = None
    value: str = ""
    expected: str = ""
    found: str = ""
    where: str = ""


@dataclass
class Report:
    """ok: no step failed. readable: it was JSON. facts: what the transcript says of the draw."""

    ok: bool
    readable: bool
    checks: list
    facts: dict


class Failure(Exception):
    """A step does not fit; the arguments are where, what was expected, what the file says."""


def demand(fits: bool, where: str, expected: Any = "", found: Any = "") -> None:
    if not fits:
        raise Failure(where, str(expected)[:200], str(found)[:200])


def whole(value: Any, where: str, low: int = 0, high: int = 2**53 - 1) -> int:
    demand(type(value) is int and low <= value <= high, where, f"{low}..{high}", value)
    return value


def canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return unicodedata.normalize("NFC", text).encode("utf-8")


class Draw:
    """The document and what the steps find out about it; one method for each step."""

    def __init__(self, data: bytes) -> None:
        self.data, self.facts, self.doc = data, {}, None  # type: bytes, dict, Any
        self.hash = lambda data: hashlib.new(HASHES[self.doc["profile"]], data).digest()

    def digest(self, label: str, *fields: bytes) -> bytes:
        return self.hash(b"".join(len(part).to_bytes(8, "big") + part for part in (label.encode(), *fields)))

    def same(self, where: str, value: bytes, found: Any) -> str:
        demand(value.hex() == found, where, value.hex(), found)
        return value.hex()[:8]

    def format(self) -> str:
        self.doc = doc = json.loads(self.data.decode("utf-8"), parse_float=str, parse_constant=str)
        for name, allowed in (("format", ["fairdraw/1"]), ("kind", ["official"]), ("profile", HASHES)):
            demand(doc[name] in allowed, name, " or ".join(allowed), doc[name])
        self.facts.update({name: doc[name] for name in (
            "attempt", "beacon", "commit", "digest", "metadata", "previous", "profile", "program",
            "seed", "trials")}, title=doc["plan"]["title"], parties=[p["id"] for p in doc["parties"]])
        again = canonical(doc)
        differ = (i for i, (a, b) in enumerate(zip(again, self.data)) if a != b)
        demand(again == self.data, f"byte {next(differ, len(again))}", "canonical JSON", "another form")
        return f"{len(self.data)} bytes, {self.hash(self.data).hex()[:8]}"

    def pool(self) -> str:
        self.people, root = self.doc["pool"]["records"], self.doc["pool"]["root"]
        names = [person["id"].encode() for person in self.people]
        demand(names == sorted(set(names)), "pool.records", "every id once, in order")
        whole(self.doc["pool"]["count"], "pool.count", len(names), len(names))
        row = [self.hash(b"\0" + canonical(person)) for person in self.people] or [self.hash(b"")]
        while len(row) > 1:
            pairs = [self.hash(b"\1" + row[i] + row[i + 1]) for i in range(0, len(row) - 1, 2)]
            row = pairs + row[2 * len(pairs):]
        return f"{len(names)} people, {self.same('pool.root', row[0], root)}"

    def exclusions(self) -> str:
        for i, person in enumerate(self.people):
            for code, evidence in person["exclusions"]:
                fits = re.fullmatch("[A-Z][A-Z0-9_]{0,39}", code) and re.fullmatch("[0-9a-f]{64}", evidence)
                demand(bool(fits), f"pool.records[{i}].exclusions", "a code and a hash", code)
        self.eligible = [person for person in self.people if not person["exclusions"]]
        codes = Counter(code for person in self.people for code, _ in person["exclusions"][:1])
        self.facts.update(pool=len(self.people), eligible=len(self.eligible), codes=dict(codes),
                          excluded=sum(codes.values()))
        return f"{self.facts['excluded']} excluded, {len(self.eligible)} eligible"

    def rules(self) -> str:
        plan, self.strata = self.doc["plan"], self.doc["plan"]["strata"]
        value = self.same("rules_hash", self.digest("fairdraw/1/rules", canonical(plan)), self.doc["rules_hash"])
        self.index = {stratum["id"]: i for i, stratum in enumerate(self.strata)}
        demand(len(self.index) == len(self.strata), "plan.strata", "every stratum once")
        self.first, self.second = ([whole(s[part], "plan.strata", 0, MOST_SEATS) for s in self.strata]
                                   for part in ("primary", "alternate"))
        total = whole(sum(self.first + self.second), "plan.strata", 1, MOST_SEATS)
        self.cap, self.taken = {None: plan["employer_cap"], **plan["group_caps"]}, Counter()
        self.room = lambda row: self.cap[row[1]] - self.taken[row]  # row: (employer, group or None)
        members = plan["designated"] + plan["kept"]
        for member in members:
            home = member if member["stratum"] is None else self.strata[self.index[member["stratum"]]]
            self.taken.update((member["employer"], group) for group in {None, home["group"]})
        again = {member["id"] for member in members} & {person["id"] for person in self.eligible}
        demand(not again, "plan.designated", "nobody who can be drawn", again)
        self.facts.update(primary=sum(self.first), alternate=sum(self.second))
        return f"{sum(self.first)} + {total - sum(self.first)} seats, {value}"

    def commitment(self) -> str:
        doc, parties, fields = self.doc, self.doc["parties"], []
        names, nonces = [p["id"] for p in parties], [bytes.fromhex(p["nonce"]) for p in parties]
        demand(names == sorted(set(names)) and len(names) >= 2, "parties", "two or more, in order", names)
        demand(len(set(nonces)) == len(nonces), "parties", "every nonce once")
        for i, (party, nonce) in enumerate(zip(parties, nonces)):
            whole(len(nonce), f"parties[{i}].nonce", 16, 64)
            promise = self.digest("fairdraw/1/nonce", nonce)
            self.same(f"parties[{i}].nonce", promise, party["commitment"])
            fields += [party["id"].encode(), promise]
        failed = [bytes.fromhex(value) for value in doc["abandoned"]]
        told = doc["beacon"] and {name: doc["beacon"][name] for name in ("at", "source")}
        value = self.digest(
            "fairdraw/1/commit", *(bytes.fromhex(h) for h in (
                doc["pool"]["root"], doc["rules_hash"], doc["lottery_hash"])),
            canonical(doc["program"]), len(parties).to_bytes(8, "big"), *fields,
            canonical(told) if told else b"none", whole(doc["trials"], "trials").to_bytes(8, "big"),
            whole(doc["attempt"], "attempt", len(failed) + 1, len(failed) + 1).to_bytes(8, "big"),
            len(failed).to_bytes(8, "big"), *failed, bytes.fromhex(doc["previous"] or ""),
            self.digest("fairdraw/1/refusals", canonical(doc["refusals"])))
        return f"{len(parties)} parties, {self.same('commit', value, doc['commit'])}"

    def seed(self) -> str:
        beacon, fields = self.doc["beacon"], [bytes.fromhex(self.doc["commit"])]
        for party in self.doc["parties"]:
            fields += [party["id"].encode(), bytes.fromhex(party["nonce"])]
        self.s = self.digest("fairdraw/1/seed", *fields, beacon["value"].encode() if beacon else b"none")
        return self.same("seed", self.s, self.doc["seed"])

    def group_people(self) -> None:
        """Types (employer or None, strata) -> ids in order; cap rows of each type, inner first."""
        reach, count, types = [], Counter(), {}  # type: list, Counter, dict
        for person in self.eligible:
            numbers = {self.index[name] for name in [*person["strata"], "*"] if name in self.index}
            strata = tuple(sorted(s for s in numbers if self.first[s] or self.second[s]))
            if strata:
                reach.append((person["employer"], strata, person["id"]))
                groups = {None} | {self.strata[s]["group"] for s in strata}
                count.update((person["employer"], group) for group in groups)
        capped = {group for group, cap in self.cap.items() if cap is not None}
        tight = {row[0] for row, n in count.items() if row[1] in capped and n > self.room(row)}
        for employer, strata, person in reach:
            demand(employer is not None or not capped, "pool.records", "an employer", person)
            types.setdefault((employer if employer in tight else None, strata), []).append(person)
        self.types = sorted(types.items(), key=lambda item: ((item[0][0] or "").encode(), item[0][1]))
        self.rows_of = []
        for (employer, strata), _ in self.types:
            groups = {self.strata[s]["group"] for s in strata}
            inner = [group for group in groups if group is not None and group in capped]
            self.rows_of.append([(employer, group) for group in [*inner, None] if employer and group in capped])
            demand(len(groups) == 1 or not inner or not employer, "pool.records", "one group", employer)

    def lottery(self) -> str:
        lottery, fill, rows = self.doc["lottery"], Counter(), Counter()
        value = self.same("lottery_hash", self.digest("fairdraw/1/lottery", canonical(lottery)), self.doc["lottery_hash"])
        self.group_people()
        told = [[e, [self.strata[s]["id"] for s in u], len(ids)] for (e, u), ids in self.types]
        demand(told == lottery["types"], "lottery.types", f"{len(told)} types of the pool", "others")
        choice = any(sum(self.first[s] > 0 for s in u) > 1 for (_, u), _ in self.types)
        mode = "B" if choice or any(self.rows_of) else "S"
        self.cells, self.units = [tuple(cell) for cell in lottery["cells"]], Counter()
        demand(mode == lottery["mode"] and lottery["scale"] == (SCALE if mode == "B" else 0)
               and (mode == "B") == bool(self.cells), "lottery.mode", mode, lottery["mode"])
        pairs = [cell[:2] for cell in self.cells]
        demand(pairs == sorted(set(pairs)), "lottery.cells", "every cell once, in order")
        for i, (t, s, units) in enumerate(self.cells):
            whole(t, f"lottery.cells[{i}]", 0, len(self.types) - 1), whole(units, f"lottery.cells[{i}]", 1)
            demand(s in self.types[t][0][1], f"lottery.cells[{i}]", "a stratum of the type", s)
            self.units[t] += units
            fill[s] += units
            rows.update(dict.fromkeys(self.rows_of[t], units))
        for t, (_, ids) in enumerate(self.types):
            whole(self.units[t], f"lottery.types[{t}]", 0, len(ids) << SCALE)
        for row, units in rows.items():
            whole(units, f"lottery.cells, cap of {row}", 0, self.room(row) << SCALE)
        for s, seats in enumerate(self.first if self.cells else []):
            demand(fill[s] == seats << SCALE, f"lottery.cells, stratum {s}", seats << SCALE, fill[s])
        return f"{mode}, {len(self.types)} types, {value}"

    def chances(self) -> str:
        crowd = [sum(len(ids) for (_, u), ids in self.types if s in u) for s in range(len(self.first))]
        for s, seats in enumerate(self.first):
            demand(seats <= crowd[s], f"plan.strata[{s}]", f"{seats} people", crowd[s])
        self.chance = [Fraction(self.units[t], len(ids) << SCALE) if self.cells else
                       max(Fraction(self.first[s], crowd[s]) for s in u)
                       for t, ((_, u), ids) in enumerate(self.types)]
        shown = [p for p, ((_, u), _) in zip(self.chance, self.types) if any(self.first[s] for s in u)]
        self.lowest, highest = min(shown), max(shown)
        self.facts.update(
            mode=self.doc["lottery"]["mode"], lowest=self.lowest.as_integer_ratio(), highest=highest.as_integer_ratio(),
            above_half=sum(len(t[1]) for t, p in zip(self.types, self.chance) if 2 * p > 1),
            without_seat=len(self.eligible) - sum(len(ids) for _, ids in self.types))
        return f"from {float(self.lowest):.6f} to {float(highest):.6f}"

    def certificate(self) -> str:
        lottery = self.doc["lottery"]
        prices = [whole(y, "lottery.prices", -99, 99) for y in lottery["prices"]["strata"]]
        paid = {(e, g): whole(y, "lottery.prices", -99, 99) for e, g, y in lottery["prices"]["rows"]}
        demand(len(prices) == len(self.first) and set(paid) <= {row for rows in self.rows_of for row in rows},
               "lottery.prices", "strata and caps of the plan")
        spend, weight = sum(y * k for y, k in zip(prices, self.first)), 0
        spend += sum(max(0, y * self.room(row)) for row, y in paid.items())
        for ((_, strata), ids), rows in zip(self.types, self.rows_of):
            choices = [prices[s] for s in strata if self.first[s]]
            cheapest = min(choices) + sum(paid.get(row, 0) for row in rows) if choices else 0
            weight += max(0, cheapest) * len(ids)
            spend -= min(0, cheapest) * len(ids)
        bound = min(Fraction(spend, weight), Fraction(1)) if weight else Fraction(1)
        demand(lottery["bound"] == [*bound.as_integer_ratio()], "lottery.bound", bound, lottery["bound"])
        demand(0 <= bound - self.lowest < Fraction(1, 1 << 20), "lottery.cells", bound, self.lowest)
        self.facts["bound"] = bound.as_integer_ratio()
        return str(bound)

    def stream(self, label: str, length: int) -> bytes:
        blocks = (self.digest("fairdraw/1/rng", label.encode(), self.s, i.to_bytes(8, "big"))
                  for i in range(-(-length // 32)))
        return b"".join(blocks)[:length]

    def counts(self) -> str:
        """Halve the units forty times; what is left are the seats of each cell."""
        value, strata = [units for _, _, units in self.cells], [s for _, s, _ in self.cells]
        chains = [self.rows_of[t] for t, _, _ in self.cells]
        families = [[t for t, _, _ in self.cells], [rows[0] if len(rows) > 1 else None for rows in chains],
                    [rows[-1] if rows else None for rows in chains]]
        for level in range(SCALE if value else 0):
            start = int.from_bytes(self.stream(f"pair/{level}", 8), "big")
            bits = self.stream(f"halve/{level}", (len(value) + 7) // 8)
            odd = [c for c in range(len(value)) if value[c] & 1]
            order = sorted(odd, key=lambda c: (splitmix(start, c) >> 40, c))
            left, right, colour = {}, {}, {}  # type: dict, dict, dict
            for family in families:
                pair(left, [c for c in order if c not in left and family[c] is not None], family)
            pair(right, order, strata)
            for c in odd:
                todo = [] if c in colour else [c]
                colour.setdefault(c, bits[c // 8] >> (7 - c % 8) & 1)
                while todo:
                    a = todo.pop()
                    fresh = [b for b in (left.get(a), right[a]) if b is not None and b not in colour]
                    colour.update((b, 1 - colour[a]) for b in fresh)
                    todo += fresh
            value = [v // 2 + colour.get(c, 0) for c, v in enumerate(value)]
        self.given = value
        return f"{sum(value) if value else sum(self.first)} seats"

    def lots(self, seed: bytes, t: int, barred: Any = ()) -> list:
        return [(self.digest("fairdraw/1/ticket", seed, person.encode()), person, t)
                for person in self.types[t][1] if person not in barred]

    def compare(self, part: str, places: list) -> str:
        """places: (stratum, ticket, id, type); the file must list them by stratum and ticket."""
        rank = Counter()
        demand(len(self.doc[part]) == len(places), part, len(places), len(self.doc[part]))
        for i, ((s, ticket, person, t), found) in enumerate(zip(sorted(places), self.doc[part])):
            rank[s] += 1
            seat = {"id": person, "rank": rank[s], "stratum": self.strata[s]["id"], "ticket": ticket.hex(), "type": t}
            for name in sorted({*seat, *found}):
                where = f"{part}[{i}].{name} ({seat['stratum']}, {rank[s]})"
                demand(found.get(name) == seat.get(name), where, seat.get(name), found.get(name))
        return f"{len(places)} seats"

    def panel(self) -> str:
        places, seats = [], [[] for _ in self.types]  # type: list, list
        for s, k in enumerate([] if self.cells else self.first):
            lots = [lot for t, ((_, u), _) in enumerate(self.types) if k and s in u for lot in self.lots(self.s, t)]
            places += [(s, *lot) for lot in sorted(lots)[:k]]
        for (t, s, _), given in zip(self.cells, self.given):
            seats[t] += [s] * given
        for t, strata in enumerate(seats):
            places += [(s, *lot) for s, lot in zip(strata, sorted(self.lots(self.s, t)) if strata else [])]
        self.drawn = {place[2] for place in places}
        return self.compare("panel", places)

    def alternates(self) -> str:
        """In ticket order the first stratum for which the list can still be completed."""
        seed, missing, places = self.digest("fairdraw/1/alt", self.s), list(self.second), []
        flow, arcs, lots, refused = Flow(), {}, [], set()  # type: Flow, dict, list, set
        fills = [flow.arc(("s", s), "hub", k) for s, k in enumerate(missing)]
        for row, outer in {pair for rows in self.rows_of for pair in zip(rows, [*rows[1:], None])}:
            flow.arc(("r", outer) if outer else "hub", ("r", row), self.room(row))
        for t, ((_, strata), _) in enumerate(self.types):
            mine = self.lots(seed, t, self.drawn) if any(missing[s] for s in strata) else []
            flow.arc(("r", self.rows_of[t][0]) if self.rows_of[t] else "hub", ("t", t), len(mine))
            arcs.update({(t, s): flow.arc(("t", t), ("s", s), missing[s]) for s in strata})
            lots += mine
        fits = all(flow.force(arc) for s, arc in enumerate(fills) for _ in range(missing[s]))
        demand(fits, "alternates", "somebody for every seat", "too few people")
        for ticket, person, t in sorted(lots):
            for s in (s for s in self.types[t][0][1] if missing[s] and (t, s) not in refused):
                if flow.force(arcs[t, s]):
                    missing[s] -= 1
                    places.append((s, ticket, person, t))
                    break
                refused.add((t, s))
        return self.compare("alternates", places)

    def everything(self) -> str:
        rest = {name: v for name, v in self.doc.items() if name not in ("digest", "signatures")}
        self.d = self.digest("fairdraw/1/transcript", canonical(rest))
        return self.same("digest", self.d, self.doc["digest"])

    def signatures(self) -> str:
        for i, entry in enumerate(self.doc["signatures"]):
            key, signature = bytes.fromhex(entry["public_key"]), bytes.fromhex(entry["signature"])
            message = self.digest("fairdraw/1/signature", entry["party"].encode(), self.d)
            told = {"algorithm": "ed25519", "party": entry["party"], "public_key": key.hex(),
                    "signature": signature.hex()}
            fits = entry == told and ed25519_is_valid(key, message, signature)
            demand(fits, f"signatures[{i}]", "a valid signature", entry["party"])
        self.facts["signatures"] = [[e["party"], e["public_key"]] for e in self.doc["signatures"]]
        return ", ".join(entry["party"] for entry in self.doc["signatures"])


def splitmix(start: int, index: int) -> int:
    """Output number ``index`` of SplitMix64 started at ``start``."""
    z = (start + (index + 1) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def pair(partner: dict, order: list, node: list) -> None:
    """Inside each node the 1st and 2nd in order become partners, the 3rd and 4th, and so on."""
    waiting = {}  # type: dict
    for c in order:
        other = waiting.pop(node[c], None)
        if other is None:
            waiting[node[c]] = c
        else:
            partner[c], partner[other] = other, c


class Flow:
    """A circulation with lower and upper bounds, changed one unit at a time."""

    def __init__(self) -> None:
        self.at = {}  # type: dict

    def arc(self, tail: Any, head: Any, high: int) -> list:
        arc = [tail, head, 0, 0, high]  # ends, lower bound, flow, upper bound
        self.at.setdefault(tail, []).append(arc), self.at.setdefault(head, []).append(arc)
        return arc

    def force(self, arc: list) -> bool:
        """Raise the lower bound of an arc by one if a circulation still exists."""
        tail, head, low, flow, high = arc
        if flow == low:
            came, queue = {head: None}, deque([head] if flow < high else [])  # type: dict, deque
            while queue and tail not in came:
                node = queue.popleft()
                for a in self.at[node]:
                    other, step, fits = (a[1], 1, a[3] < a[4]) if a[0] == node else (a[0], -1, a[3] > a[2])
                    if fits and other not in came:
                        came[other] = (node, a, step)
                        queue.append(other)
            if tail not in came:
                return False
            arc[3] += 1
            while came[tail]:
                tail, a, step = came[tail]
                a[3] += step
        arc[2] += 1
        return True


P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, P - 2, P)


def add(a: tuple, b: tuple) -> tuple:
    """Sum of two points of edwards25519 as (x, y) (RFC 8032, 5.1)."""
    d = CURVE * a[0] * a[1] * b[0] * b[1]
    return ((a[0] * b[1] + b[0] * a[1]) * pow(1 + d, P - 2, P) % P,
            (a[1] * b[1] + a[0] * b[0]) * pow(1 - d, P - 2, P) % P)


def times(k: int, point: tuple) -> tuple:
    half = times(k // 2, add(point, point)) if k else (0, 1)
    return add(half, point) if k & 1 else half


def decode(raw: bytes) -> tuple:
    """The point of 32 bytes (RFC 8032, 5.1.3); ValueError if there is none."""
    sign, y = divmod(int.from_bytes(raw, "little"), 1 << 255)
    square = (y * y - 1) * pow(CURVE * y * y + 1, P - 2, P) % P
    root = pow(square, (P + 3) // 8, P)
    x = next((x for x in (root, root * pow(2, (P - 1) // 4, P) % P) if (x * x - square) % P == 0), None)
    if len(raw) != 32 or y >= P or x is None or (x == 0 and sign):
        raise ValueError("no point")
    return (x if x & 1 == sign else P - x), y


def ed25519_is_valid(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether 64 bytes are a valid signature under a public key of 32 (RFC 8032, 5.1.7)."""
    try:
        a, r, base = decode(key), decode(signature[:32]), decode(bytes([88] + 31 * [102]))
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return len(signature) == 64 and s < ORDER and times(s, base) == add(r, times(k, a))


def verify(data: bytes) -> Report:
    """Check a transcript (its bytes) step by step; stops at the first step that fails."""
    draw, checks, ok = Draw(bytes(data)), [], True  # type: Draw, list, bool
    for i, code in enumerate(STEPS, 1):
        try:
            step = {"DIGEST": "everything"}.get(code, code.lower())
            value = getattr(draw, step)() if ok else ""
            check = Check(i, code, True if value else None, value)
        except Exception as error:  # whatever a hostile file provokes is a failure of its step
            where, expected, found = error.args if isinstance(error, Failure) else ("$", "", repr(error)[:200])
            ok, check = False, Check(i, code, False, "", expected, found, where)
        checks.append(check)
    return Report(ok, isinstance(draw.doc, dict), checks, draw.facts)


def lines(report: Report, language: str = "en") -> list:
    """The report in words: one line for each step, and more for the one that failed."""
    fits, failed, unreadable, unchecked, unsigned, expected, found, at, names = WORDS[language]
    text = []
    for check in report.checks:
        mark = {True: "ok   ", False: "FAIL ", None: "-    "}[check.ok]
        rest = check.value if check.ok is not None else unsigned if report.ok else unchecked
        text.append(f"{check.number:2} {mark}{names[check.code]}: {rest}")
        if check.ok is False:
            failed = failed.format(check.number)
            told = ((at, check.where), (expected, check.expected), (found, check.found))
            text += [f"        {label}: {said}" for label, said in told if said]
    return [*text, fits if report.ok else failed if report.readable else unreadable]


if __name__ == "__main__":
    with open(sys.argv[-1], "rb") as file:
        outcome = verify(file.read())
    print("\n".join(lines(outcome, "zh" if "--lang=zh" in sys.argv else "en")))
    sys.exit(0 if outcome.ok else 1 if outcome.readable else 2)
