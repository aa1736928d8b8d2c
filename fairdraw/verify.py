#!/usr/bin/env python3
"""Judge the transcript of a draw: one file, standard library only, Python 3.8 or later.

    python3 verify.py [--lang=zh] [--chances] transcript.json

recomputes the draw step by step and says in words what fits and what does not; --chances adds everybody's exact chance. It shares no code
with the program that draws; docs/draw-protocol.md says in words what both compute. Exit status: 0 all fits, 1 a step failed, 2 unreadable.
"""

# fmt: off
# ruff: noqa: E401, E701, E704, I001
# mypy: disable-error-code="type-arg, no-untyped-def, no-any-return, var-annotated, index, assignment, union-attr, unreachable"
from __future__ import annotations

import hashlib, json, re, sys, unicodedata
from collections import Counter, deque
from fractions import Fraction
from itertools import accumulate, chain, count
from types import SimpleNamespace
from typing import Any

HASHES, SCALE, MASK, SAFE, DEAREST = {"sha256": "sha256", "gm": "sm3"}, 40, (1 << 64) - 1, (1 << 53) - 1, 1 << 40
MOST_SEATS, MOST_QUOTAS, LEAST_PANELS, MOST_PANELS, DEEPEST = 4095, 500, 1 << 10, 1 << 14, 40
#: How far the smallest chance of a general lottery may stay below its bound: a sixteenth of it, but within these two.
LEAST_GAP, MOST_GAP = Fraction(1, 1 << 14), Fraction(1, 1 << 11)
STEPS = ("FORMAT POOL EXCLUSIONS RULES COMMITMENT SEED LOTTERY CHANCES CERTIFICATE COUNTS PANEL ALTERNATES DIGEST SIGNATURES").split()
#: Per language: verdicts (3), remarks (2), labels of a failure (3), names of the steps.
WORDS = {
    "en": ("every step fits", "step {} failed: do not trust this file", "the file cannot be read", "not checked", "none in the file", "expected",
           "the file says", "at", "compare with what was published elsewhere", dict(zip(STEPS, (
               "complete, official, canonical form|fingerprint of the pool|every exclusion has its rule and evidence|seats and rules unchanged|"
               "committed first, revealed later|seed made of all contributions|every possible panel keeps the rules|"
               "chances add up to the seats|smallest chance cannot be larger|seats by type follow from the seed|every primary recomputed|"
               "every alternate recomputed|nothing else was changed|signatures").split("|")))),
    "zh": ("全部相符", "第 {} 步未通过，请勿采信这份文件", "文件无法读取", "未检查", "文件未附签名", "应为", "文件所载", "所在位置", "请与别处公布的核对", dict(zip(STEPS, (
        "文件完整、格式规范 评委库指纹相符 排除均有据 席位与抽取规则相符 先承诺、后揭示 种子合成正确 每一种可能的名单都合规 机会总数无误 最低机会已是最高 "
        "各类席位数由种子决定 正选逐席重算一致 备选次序重算一致 其余内容未被改动 签名相符").split())))}
#: What stands where: {..} an object with these fields, [x] a list of x, (x, y) just these two, (None, x) null or x.
NAME, LIMIT, RATIO, PAIRS = (None, str), (None, int), (None, (int, int)), [(str, str)]
MEMBER = {"employer": NAME, "group": NAME, "id": str, "stratum": NAME, "values": PAIRS}
QUOTA = {"alternate_high": LIMIT, "alternate_low": int, "category": str, "group": NAME, "high": LIMIT, "low": int, "values": [str]}
PERSON = {"employer": NAME, "exclusions": PAIRS, "id": str, "strata": [str], "values": PAIRS}
SHAPE = {
    **dict.fromkeys(("commit", "digest", "lottery_hash", "rules_hash", "seed"), str), **dict.fromkeys(("attempt", "trials"), int),
    "abandoned": [str], "refusals": [str], "panel": [{}], "alternates": [{}], "previous": NAME, "index": LIMIT,
    "pool": {"count": int, "root": str, "records": [PERSON]}, "program": {}, "beacon": (None, {"at": str, "source": str, "value": str}),
    "plan": {"strata": [{"alternate": int, "group": NAME, "id": str, "primary": int}], "quotas": [QUOTA], "ceiling": RATIO,
             "employer_cap": LIMIT, "group_caps": {str: int}, "designated": [MEMBER], "kept": [MEMBER]},
    "parties": [{"commitment": str, "id": str, "nonce": str}], "lottery": {"bound": (int, int), "mode": str, "scale": int},
    "signatures": [{"algorithm": str, "party": str, "public_key": str, "signature": str}]}
UNITS = {"cells": [(int, int, int)], "types": [(NAME, [str], int)], "prices": {"rows": [(str, NAME, int)], "strata": [int]}}
PANELS = {"cells": [(int, int, int, int)], "types": [(NAME, [str], int, [int])], "panels": [[int]], "ceiling": RATIO, "method": str,
          "levels": [{"prices": [(int, int)], "types": [int]}]}

class Failure(Exception):
    """A step does not fit; the arguments are where, what was expected, what the file says."""

def demand(fits, where, expected="", found=""):
    if not fits: raise Failure(where, str(expected)[:200], str(found)[:200])

def whole(value, where, low=0, high=SAFE):
    demand(low <= value <= high, where, f"{low}..{high}", value)
    return value

def raw(text, where):
    demand(re.fullmatch("([0-9a-f]{2})*", text), where, "lower-case hex digits", text)
    return bytes.fromhex(text)

def canonical(value):
    return unicodedata.normalize("NFC", json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)).encode("utf-8")

def shaped(value, shape):
    if isinstance(shape, tuple) and shape[0] is None: return value is None or shaped(value, shape[1])
    if isinstance(shape, dict):
        return isinstance(value, dict) and set(shape) <= {*value, str} and all(
            shaped(part, shape.get(name, shape.get(str, Any))) for name, part in value.items())
    if isinstance(shape, list) and isinstance(shape[0], type): return isinstance(value, list) and {*map(type, value)} <= {*shape}
    if isinstance(shape, (list, tuple)):
        each = shape if isinstance(shape, tuple) else shape * len(value)
        return isinstance(value, list) and len(value) == len(each) and all(map(shaped, value, each))
    return shape is Any or type(value) is shape

class Draw:
    """The document and what the steps find out about it; one method for each step."""

    def __init__(self, data):
        self.data, self.facts, self.doc, self.types, self.chance = data, {}, None, [], []
        self.hash = lambda data: hashlib.new(HASHES[self.doc["profile"]], data).digest()

    def digest_of(self, label, *fields):
        return self.hash(b"".join(len(part).to_bytes(8, "big") + part for part in (label.encode(), *fields)))

    def same(self, where, value, found):
        demand(value.hex() == found, where, value.hex(), found)
        return value.hex()[:8]

    def format(self):
        text = self.data.decode("utf-8")
        bare = re.sub(r'"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\["\\])*"', "", text)  # without proper texts
        depth = max(accumulate(1 if c in "[{" else -1 for c in re.findall(r"[][{}]", bare)), default=0)
        demand(depth <= DEEPEST and not re.search(r"\d{17}", bare), "$", "canonical JSON", "too deep, or too long a number")
        self.doc = doc = json.loads(text, parse_constant=str)
        for name, allowed in (("format", ["fairdraw/1"]), ("kind", ["official"]), ("profile", HASHES)):
            demand(doc[name] in allowed, name, " or ".join(allowed), doc[name])
        again = canonical(doc)
        if again != self.data:
            at = next((i for i, (a, b) in enumerate(zip(again, self.data)) if a != b), len(again))
            raise Failure(f"byte {at}", "canonical JSON", "another form")
        fits = not re.search("[^][{}0-9nul:,-]", bare) and all(int(number) <= SAFE for number in re.findall(r"\d{16}", bare))
        demand(fits, "$", "text without control characters, whole numbers up to 2^53 - 1, or null", "something else")
        for part, shapes in (doc, SHAPE), (doc["lottery"], PANELS if doc["lottery"]["mode"] == "L" else UNITS):
            for name, shape in shapes.items(): demand(name in part and shaped(part[name], shape), name, "another kind of value")
        return f"{len(self.data)} bytes, {self.hash(self.data).hex()[:8]}"

    def pool(self):
        self.people = self.doc["pool"]["records"]
        names = [person["id"].encode() for person in self.people]
        demand(names == sorted(set(names)), "pool.records", "every id once, in order")
        whole(self.doc["pool"]["count"], "pool.count", len(names), len(names))
        row = [self.hash(b"\0" + canonical(person)) for person in self.people] or [self.hash(b"")]
        while len(row) > 1: row = [self.hash(b"\1" + row[i] + row[i + 1]) for i in range(0, len(row) - 1, 2)] + row[len(row) & ~1:]
        return f"{len(names)} people, {self.same('pool.root', row[0], self.doc['pool']['root'])}"

    def exclusions(self):
        for i, person in enumerate(self.people):
            for code, evidence in person["exclusions"]:
                fits = re.fullmatch("[A-Z][A-Z0-9_]{0,39}", code) and re.fullmatch("[0-9a-f]{64}", evidence)
                demand(fits, f"pool.records[{i}].exclusions", "a code and a hash", code)
        self.eligible = [person for person in self.people if not person["exclusions"]]
        codes = Counter(person["exclusions"][0][0] for person in self.people if person["exclusions"])
        self.facts.update(pool=len(self.people), eligible=len(self.eligible), codes=dict(codes), excluded=sum(codes.values()))
        return f"{self.facts['excluded']} excluded, {len(self.eligible)} eligible"

    def rules(self):
        plan, self.strata, self.quotas = self.doc["plan"], self.doc["plan"]["strata"], self.doc["plan"]["quotas"]
        value = self.same("rules_hash", self.digest_of("fairdraw/1/rules", canonical(plan)), self.doc["rules_hash"])
        self.number = {stratum["id"]: i for i, stratum in enumerate(self.strata)}
        demand(len(self.number) == len(self.strata), "plan.strata", "every stratum once")
        self.seats = [[whole(s[part], "plan.strata", 0, MOST_SEATS) for s in self.strata] for part in ("primary", "alternate")]
        self.first, self.second = self.seats
        whole(sum(self.first), "plan.strata", 1), whole(sum(self.first + self.second), "plan.strata", 1, MOST_SEATS)
        whole(len(self.quotas), "plan.quotas", 0, MOST_QUOTAS)
        self.cap, self.taken, free = {None: plan["employer_cap"], **plan["group_caps"]}, Counter(), {p["id"] for p in self.eligible}
        for member in plan["designated"] + plan["kept"]:
            demand(member["stratum"] in {None, *self.number}, "plan.designated", "a stratum of the plan", member["stratum"])
            group = (member if member["stratum"] is None else self.strata[self.number[member["stratum"]]])["group"]
            self.taken.update((member["employer"], g) for g in {None, group})
            self.taken.update(q for q in self.quotas_of(member) if self.quotas[q]["group"] in (None, group))
            demand(member["id"] not in free, "plan.designated", "nobody who can be drawn", member["id"])
        self.facts.update(primary=sum(self.first), alternate=sum(self.second))
        return f"{sum(self.first)} + {sum(self.second)} seats, {value}"

    def commitment(self):
        doc, parties, fields = self.doc, self.doc["parties"], []
        names, nonces = [p["id"] for p in parties], [raw(p["nonce"], "parties") for p in parties]
        demand(names == sorted(set(names)) and len(names) >= 2, "parties", "two or more, in order", names)
        demand(len(set(nonces)) == len(nonces), "parties", "every nonce once")
        for i, (party, nonce) in enumerate(zip(parties, nonces)):
            whole(len(nonce), f"parties[{i}].nonce", 16, 64)
            promise = self.digest_of("fairdraw/1/nonce", nonce)
            self.same(f"parties[{i}].nonce", promise, party["commitment"])
            fields += [party["id"].encode(), promise]
        told = doc["beacon"] and {name: doc["beacon"][name] for name in ("at", "source")}
        demand(doc["refusals"] == sorted(set(doc["refusals"])), "refusals", "every id once, in order")
        back = {person["id"] for person in self.eligible} & set(doc["refusals"])
        demand(not back, "refusals", "nobody who can be drawn", sorted(back))
        demand(doc["previous"] != "", "previous", "a digest or null", "nothing")
        failed, trials = [raw(value, "abandoned") for value in doc["abandoned"]], whole(doc["trials"], "trials")
        attempt = whole(doc["attempt"], "attempt", len(failed) + 1, len(failed) + 1)
        numbers = [number.to_bytes(8, "big") for number in (len(parties), trials, attempt, len(failed))]
        value = self.digest_of(
            "fairdraw/1/commit", raw(doc["pool"]["root"], "pool.root"), *(raw(doc[name], name) for name in ("rules_hash", "lottery_hash")),
            canonical(doc["program"]), numbers[0], *fields, canonical(told) if told else b"none", *numbers[1:], *failed,
            raw(doc["previous"] or "", "previous"), self.digest_of("fairdraw/1/refusals", canonical(doc["refusals"])))
        return f"{len(parties)} parties, {self.same('commit', value, doc['commit'])}"

    def seed(self):
        beacon, reveals = self.doc["beacon"], [(p["id"].encode(), raw(p["nonce"], "parties")) for p in self.doc["parties"]]
        self.s = self.digest_of("fairdraw/1/seed", raw(self.doc["commit"], "commit"), *chain(*reveals),
                                beacon["value"].encode() if beacon else b"none")
        return self.same("seed", self.s, self.doc["seed"])

    def quotas_of(self, person):
        own = dict(person["values"])
        return tuple(q for q, quota in enumerate(self.quotas) if own.get(quota["category"]) in quota["values"])

    def room(self, row): return self.cap[row[1]] - self.taken[row]

    def group_people(self):
        """Sets the types: (employer or None, strata, quotas) -> ids; tight: employers that matter. Whether a cap crosses choices."""
        reach, self.crowd, types, categories = [], Counter(), {}, {quota["category"] for quota in self.quotas}
        for person in self.eligible:
            numbers = {self.number[name] for name in [*person["strata"], "*"] if name in self.number}
            strata = tuple(sorted(s for s in numbers if self.first[s] or self.second[s]))
            if strata:
                lacks, groups = categories - {category for category, _ in person["values"]}, {self.strata[s]["group"] for s in strata}
                demand(not lacks, "pool.records", lacks, person["id"])
                reach.append((person["employer"], strata, self.quotas_of(person), person["id"], groups))
                self.crowd.update((person["employer"], group) for group in {None} | groups)
        self.capped = {group for group, cap in self.cap.items() if cap is not None}
        self.tight = {row[0] for row, n in self.crowd.items() if row[1] in self.capped and n > self.room(row)}
        for employer, strata, quotas, person, _ in reach:
            demand(employer is not None or not self.capped, "pool.records", "an employer", person)
            types.setdefault((employer if employer in self.tight else None, strata, quotas), []).append(person)
        self.types = sorted(types.items(), key=lambda item: ((item[0][0] or "").encode(), *item[0][1:]))
        return any(e in self.tight and len(groups) > 1 and groups & self.capped - {None} for e, _, _, _, groups in reach)

    def state_rows(self, general):
        """What every panel keeps, in the order of the protocol: (name, least, most); those of types last."""
        caps = [row for row in self.crowd if row[0] in self.tight and row[1] in self.capped and (
            not general or self.crowd[row] > self.room(row))]
        caps.sort(key=lambda row: (row[0].encode(), (row[1] or "").encode()))
        rows = []
        for kind, seats in enumerate(self.seats[:1 + general]):
            rows += [(("stratum", kind, s), k, k) for s, k in enumerate(seats) if k or not general]
            rows += [(("cap", kind, *row), 0, self.room(row)) for row in caps]
            for q, quota in enumerate(self.quotas):
                low, high = (quota[("alternate_" if kind else "") + side] for side in ("low", "high"))
                most, base = sum(k for k, s in zip(seats, self.strata) if quota["group"] in (None, s["group"])), 0 if kind else self.taken[q]
                rows.append((("quota", kind, q), max(0, low - base), most if high is None else high - base))
        self.priced, self.rows = len(rows), [*rows, *((("type", t), 0, len(ids)) for t, (_, ids) in enumerate(self.types))]
        self.row_number = {name: r for r, (name, _, _) in enumerate(self.rows)}
        self.bounded = {r for r, (_, low, high) in enumerate(self.rows) if low > 0 or high < 0}

    def caps_of(self, t, s, kind=0):
        """The caps that count people of type t in stratum s, of the group before the overall one."""
        names = [("cap", kind, self.types[t][0][0], group) for group in dict.fromkeys((self.strata[s]["group"], None))]
        return [self.row_number[name] for name in names if name in self.row_number]

    def held(self, t, s, kind):
        """The numbers of all rows that count people of type t in stratum s."""
        names = [("quota", kind, q) for q in self.types[t][0][2] if self.quotas[q]["group"] in (None, self.strata[s]["group"])]
        return self.caps_of(t, s, kind) + [self.row_number[name] for name in (("stratum", kind, s), ("type", t), *names) if name in self.row_number]

    def keeps(self, sums, unit, where):
        for r in {*self.bounded, *sums}:
            name, low, high = self.rows[r]
            if not low * unit <= sums[r] <= high * unit: raise Failure(where, f"{name}: {low * unit}..{high * unit}", str(sums[r]))

    def lottery(self):
        lottery = self.doc["lottery"]
        value = self.same("lottery_hash", self.digest_of("fairdraw/1/lottery", canonical(lottery)), self.doc["lottery_hash"])
        general = bool(self.group_people() or self.quotas or self.doc["plan"]["ceiling"])
        choice = self.tight or any(sum(self.first[s] > 0 for s in u) > 1 for (_, u, _), _ in self.types)
        self.mode, panels = "L" if general else "B" if choice else "S", lottery.get("panels", [])
        self.unit, told = {"S": 1, "B": 1 << SCALE, "L": len(panels)}[self.mode], [lottery["mode"], lottery["scale"], bool(lottery["cells"])]
        demand(told == [self.mode, SCALE * (self.mode == "B"), self.mode != "S"], "lottery.mode", self.mode, told)
        types = [[e, [self.strata[s]["id"] for s in u], len(ids)] + [list(q)] * general for (e, u, q), ids in self.types]
        demand(types == lottery["types"], "lottery.types", f"{len(types)} types of the pool", "others")
        self.state_rows(general)
        self.cells = [(t, s, *([] if general else [0]), *rest) for t, s, *rest in lottery["cells"]]
        demand(self.cells == sorted({cell[:3]: cell for cell in self.cells}.values()), "lottery.cells", "every cell once, in order")
        for i, (t, s, kind, amount) in enumerate(self.cells):
            where = f"lottery.cells[{i}]"
            whole(t, where, 0, len(types) - 1), whole(kind, where, 0, 1), whole(amount, where, 1)
            demand(s in self.types[t][0][1] and self.seats[kind][s] > 0, where, "a seat that the type may take", s)
        held, sums = [self.held(t, s, kind) for t, s, kind, _ in self.cells], Counter()
        for rows, cell in zip(held, self.cells): sums.update(dict.fromkeys(rows, cell[3]))
        if self.mode == "B": self.keeps(sums, self.unit, "lottery.cells")
        whole(len(panels) if general else LEAST_PANELS, "lottery.panels", LEAST_PANELS, MOST_PANELS)
        for i, panel in enumerate(panels if general else []):
            fits = panel == sorted(panel) and all(0 <= c < len(held) for c in panel[:1] + panel[-1:])
            demand(fits, f"lottery.panels[{i}]", "cells in order")
            self.keeps(Counter(chain.from_iterable(map(held.__getitem__, panel))), 1, f"lottery.panels[{i}]")
        return f"{self.mode}, {len(types)} types, {value}"

    def chances(self):
        lottery, ceiling, self.units, self.ceiling = self.doc["lottery"], self.doc["plan"]["ceiling"], Counter(), Fraction(1)
        crowd = [sum(len(ids) for (_, u, _), ids in self.types if s in u) for s in range(len(self.first))]
        for s, seats in enumerate(self.first): demand(seats <= crowd[s], f"plan.strata[{s}]", f"{seats} people", crowd[s])
        sums = Counter(chain.from_iterable(lottery["panels"] if self.mode == "L" else []))
        for c, (t, _, kind, amount) in enumerate(self.cells):
            demand(self.mode == "B" or sums[c] == amount, f"lottery.cells[{c}]", sums[c], amount)
            self.units[t] += amount * (kind == 0)
        self.chance = [max(Fraction(self.first[s], crowd[s]) for s in u) if self.mode == "S" else
                       Fraction(self.units[t], len(ids) * self.unit) for t, ((_, u, _), ids) in enumerate(self.types)]
        self.seated = {t for t, ((_, u, _), _) in enumerate(self.types) if any(self.first[s] for s in u)}
        lowest, highest = (deed(self.chance[t] for t in self.seated) for deed in (min, max))
        if self.mode == "L":
            demand((lottery["ceiling"] is None) == (ceiling is None), "lottery.ceiling", ceiling, lottery["ceiling"])
            self.ceiling = Fraction(*lottery["ceiling"] or (1, 1))
            demand(highest <= self.ceiling <= 1, "lottery.ceiling", highest, self.ceiling)
        above = sum(len(ids) for (_, ids), p in zip(self.types, self.chance) if 2 * p > 1)
        self.facts.update(mode=self.mode, lowest=[*lowest.as_integer_ratio()], highest=[*highest.as_integer_ratio()], above_half=above,
                          without_seat=len(self.eligible) - sum(len(ids) for _, ids in self.types))
        return f"from {float(lowest):.6f} to {float(highest):.6f}"

    def bound(self, prices, rest):
        """While all types outside `rest` keep their chances, nobody gives all in it more than the first; second: room for rounding."""
        price = [prices.get(r, 0) for r in range(len(self.rows))]
        spend, weight, kept, loose, steps = sum(max(y * self.rows[r][1], y * self.rows[r][2]) for r, y in prices.items()), 0, 0, 0, 0
        for t, (_, ids) in enumerate(self.types):
            first, second = ([sum(map(price.__getitem__, rows)) for rows in choice] for choice in self.choices[t])
            spare = min([0, *second])
            gain = min(first) - spare if first else 0
            spend -= spare * len(ids)
            if t not in rest: kept, steps = kept + gain * self.units[t], steps + abs(gain)
            elif gain > 0: weight += gain * len(ids)
            else: loose += gain * len(ids)
        if not weight: return self.ceiling, Fraction(0)
        bound = (spend - Fraction(kept, self.unit) - loose * self.ceiling) / weight
        return min(bound, self.ceiling), Fraction(steps, weight) / self.unit

    def certificate(self):
        lottery, rest, tiny = self.doc["lottery"], set(self.seated), Fraction(1, 1 << 20)
        method, levels = lottery["method"] if self.mode == "L" else None, lottery.get("levels")
        demand(method in ("halving", "columns") or self.mode != "L", "lottery.method", "halving or columns", method)
        if self.mode != "L":
            names = [("stratum", 0, s) for s in range(len(self.first))] + [("cap", 0, e, g) for e, g, _ in lottery["prices"]["rows"]]
            fits = len(lottery["prices"]["strata"]) == len(self.first) and all(name in self.row_number for name in names)
            demand(fits, "lottery.prices", "strata and caps of the plan")
            paid = zip(map(self.row_number.get, names), lottery["prices"]["strata"] + [y for _, _, y in lottery["prices"]["rows"]])
            levels = [{"prices": sorted(map(list, paid)), "types": sorted(rest)}]
        self.choices = [[[self.held(t, s, kind) for s in u if self.seats[kind][s]] for kind in (0, 1)]
                        for t, ((_, u, _), _) in enumerate(self.types)]
        for i, level in enumerate(levels):
            where, prices = f"lottery.levels[{i}]" if method else "lottery.prices", dict(level["prices"])
            fits = [*prices] == sorted(prices) and len(prices) == len(level["prices"]) and set(prices) <= {*range(self.priced)}
            demand(fits and all(abs(y) <= DEAREST for y in prices.values()), where, "prices of rows, in order")
            fits = level["types"] and level["types"] == sorted({*level["types"]} & rest)
            demand(fits, where, "types of no earlier level, in order")
            low, (bound, rounding) = min(self.chance[t] for t in rest), self.bound(prices, rest)
            slack = Fraction(1, self.unit) + rounding + tiny
            if i == 0:
                self.facts["bound"], slack = [*bound.as_integer_ratio()], min(MOST_GAP, max(bound / 16, LEAST_GAP)) if method else tiny
                demand(lottery["bound"] == self.facts["bound"], "lottery.bound", bound, lottery["bound"])
                self.facts["proven"] = bound - low <= slack
            demand(bound - low >= 0 and (bound - low <= slack or method == "columns"), where, bound, low)
            for t in level["types"] if method == "halving" else []:
                most = bound + Fraction(1, self.unit * len(self.types[t][1])) + rounding + tiny
                demand(self.chance[t] <= most, f"{where}, type {t}", f"at most {most}", self.chance[t])
            rest -= {*level["types"]}
        demand(not rest, "lottery.levels", "every type in one level", sorted(rest))
        bound = "/".join(map(str, self.facts["bound"]))
        return bound if self.facts["proven"] else f"NOT PROVEN, smallest {min(self.chance[t] for t in self.seated)}, none above {bound}"

    def stream(self, label, length):
        blocks = (self.digest_of("fairdraw/1/rng", label.encode(), self.s, i.to_bytes(8, "big")) for i in range(-(-length // 32)))
        return b"".join(blocks)[:length]

    def counts(self):
        """How many seats each cell gets: the panel of the index, or what is left of the units halved forty times."""
        value, index, m = [cell[3] for cell in self.cells], None, self.unit
        if self.mode == "L":
            words = (int.from_bytes(self.stream("panel", 8 * i + 8)[8 * i:], "big") for i in count())
            index = next(word for word in words if word < MASK + 1 - (MASK + 1) % m) % m
        demand(self.doc["index"] == index, "index", index, self.doc["index"])
        if self.mode == "L":
            drawn = Counter(self.doc["lottery"]["panels"][index])
            self.given = [drawn[c] for c in range(len(value))]
            return f"panel {index} of {m}"
        caps = [self.caps_of(t, s) for t, s, _, _ in self.cells]
        inside = [[t for t, _, _, _ in self.cells], [r[0] if len(r) > 1 else None for r in caps], [r[-1] if r else None for r in caps]]
        for level in range(SCALE if value else 0):
            start = int.from_bytes(self.stream(f"pair/{level}", 8), "big")
            bits = self.stream(f"halve/{level}", (len(value) + 7) // 8)
            odd = [c for c in range(len(value)) if value[c] & 1]
            order, left, right, colour = sorted(odd, key=lambda c: (splitmix(start, c) >> 40, c)), {}, {}, {}
            for family in inside: pair(left, [c for c in order if c not in left and family[c] is not None], family)
            pair(right, order, [s for _, s, _, _ in self.cells])
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

    def lots(self, seed, t, barred=()):
        return [(self.digest_of("fairdraw/1/ticket", seed, i.encode()), i, t) for i in self.types[t][1] if i not in barred]

    def places(self, wanted, seed, barred=()):
        """(stratum, ticket, id, type) of the seats of one kind: the smallest tickets of each type that has some."""
        seats = [[] for _ in self.types]
        for (t, s, kind, _), given in zip(self.cells, self.given): seats[t] += [s] * given * (kind == wanted)
        return [(s, *lot) for t, strata in enumerate(seats) if strata for s, lot in zip(strata, sorted(self.lots(seed, t, barred)))]

    def compare(self, part, places):
        """The file must list the places by stratum and ticket."""
        rank, told = Counter(), self.doc[part]
        demand(len(told) == len(places), part, len(places), len(told))
        for i, ((s, ticket, person, t), found) in enumerate(zip(sorted(places), told)):
            rank[s] += 1
            seat = {"id": person, "rank": rank[s], "stratum": self.strata[s]["id"], "ticket": ticket.hex(), "type": t}
            for name in sorted({*seat, *found}):
                where = f"{part}[{i}].{name} ({seat['stratum']}, {rank[s]})"
                demand(name in seat and found.get(name) == seat[name], where, seat.get(name), found.get(name))
        return f"{len(places)} seats"

    def panel(self):
        places = self.places(0, self.s)
        for s, k in enumerate(self.first if self.mode == "S" else []):
            lots = [lot for t, ((_, u, _), _) in enumerate(self.types) if k and s in u for lot in self.lots(self.s, t)]
            places += [(s, *lot) for lot in sorted(lots)[:k]]
        self.drawn = {place[2] for place in places}
        return self.compare("panel", places)

    def alternates(self):
        """Mode L: those of the panel of the index. Else in ticket order the first stratum with which the list can be completed."""
        seed, missing, places = self.digest_of("fairdraw/1/alt", self.s), list(self.second), []
        if self.mode == "L": return self.compare("alternates", self.places(1, seed, self.drawn))
        flow, arcs, lots, refused = Flow(), {}, [], set()
        fills = [flow.arc(("s", s), "hub", k) for s, k in enumerate(missing)]
        chains = [self.caps_of(t, u[0]) for t, ((_, u, _), _) in enumerate(self.types)]
        for row, outer in {pair for rows in chains for pair in zip(rows, [*rows[1:], "hub"])}: flow.arc(outer, row, self.rows[row][2])
        for t, ((_, strata, _), _) in enumerate(self.types):
            mine = self.lots(seed, t, self.drawn) if any(missing[s] for s in strata) else []
            flow.arc(chains[t][0] if chains[t] else "hub", ("t", t), len(mine))
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

    def digest(self):
        rest = {name: v for name, v in self.doc.items() if name not in ("digest", "signatures")}
        self.d = self.digest_of("fairdraw/1/transcript", canonical(rest))
        return self.same("digest", self.d, self.doc["digest"])

    def signatures(self):
        for i, entry in enumerate(self.doc["signatures"]):
            key, signature = (raw(entry[name], f"signatures[{i}]") for name in ("public_key", "signature"))
            message = self.digest_of("fairdraw/1/signature", entry["party"].encode(), self.d)
            fits = entry["algorithm"] == "ed25519" and len(entry) == 4 and ed25519_is_valid(key, message, signature)
            demand(fits, f"signatures[{i}]", "a valid signature", entry["party"])
        self.facts.update(signatures=[[e["party"], e["public_key"]] for e in self.doc["signatures"]], **{n: self.doc[n] for n in ("digest", "beacon")})
        return ", ".join(entry["party"] for entry in self.doc["signatures"])

def splitmix(start, index):
    """Output number ``index`` of SplitMix64 started at ``start``."""
    z = (start + (index + 1) * 0x9E3779B97F4A7C15) & MASK
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)): z = ((z ^ (z >> shift)) * factor) & MASK
    return z ^ (z >> 31)

def pair(partner, order, node):
    """Inside each node the 1st and 2nd in order become partners, the 3rd and 4th, and so on."""
    waiting = {}
    for c in order:
        other = waiting.pop(node[c], None)
        if other is None: waiting[node[c]] = c
        else: partner[c], partner[other] = other, c

class Flow:
    """A circulation with lower and upper bounds, changed one unit at a time."""

    def __init__(self): self.at = {}

    def arc(self, tail, head, high):
        arc = [tail, head, 0, 0, high]  # ends, lower bound, flow, upper bound
        for node in (tail, head): self.at.setdefault(node, []).append(arc)
        return arc

    def force(self, arc):
        """Raise the lower bound of an arc by one if a circulation still exists."""
        tail, head, low, flow, high = arc
        if flow == low:
            came, queue = {head: ()}, deque([head] if flow < high else [])
            while queue and tail not in came:
                node = queue.popleft()
                for a in self.at[node]:
                    other, step, fits = (a[1], 1, a[3] < a[4]) if a[0] == node else (a[0], -1, a[3] > a[2])
                    if fits and other not in came:
                        came[other] = (node, a, step)
                        queue.append(other)
            if tail not in came: return False
            arc[3] += 1
            while came[tail]:
                tail, a, step = came[tail]
                a[3] += step
        arc[2] += 1
        return True

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, P - 2, P)

def add(a, b):
    """Sum of two points of edwards25519 as (x, y) (RFC 8032, 5.1)."""
    d = CURVE * a[0] * a[1] * b[0] * b[1]
    return (a[0] * b[1] + b[0] * a[1]) * pow(1 + d, P - 2, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - d, P - 2, P) % P

def times(k, point):
    half = times(k // 2, add(point, point)) if k else (0, 1)
    return add(half, point) if k & 1 else half

def decode(raw):
    """The point of 32 bytes (RFC 8032, 5.1.3); ValueError if there is none."""
    sign, y = divmod(int.from_bytes(raw, "little"), 1 << 255)
    square = (y * y - 1) * pow(CURVE * y * y + 1, P - 2, P) % P
    root = pow(square, (P + 3) // 8, P)
    x = next((x for x in (root, root * pow(2, (P - 1) // 4, P) % P) if (x * x - square) % P == 0), None)
    if len(raw) != 32 or y >= P or x is None or (x == 0 and sign): raise ValueError("no point")
    return (x if x & 1 == sign else P - x), y

def ed25519_is_valid(key, message, signature):
    """Whether 64 bytes are a valid signature under a public key of 32 (RFC 8032, 5.1.7)."""
    try: a, r, base = decode(key), decode(signature[:32]), decode(bytes([88] + 31 * [102]))
    except ValueError: return False
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return len(signature) == 64 and s < ORDER and times(s, base) == add(r, times(k, a))

def verify(data: bytes) -> Any:
    """Check a transcript step by step up to the first that fails. The report: ok; readable (it was JSON); checks, one for each step
    (number, code, ok or None if not checked, value, expected, found, where); facts; chances: (ids, chance) of each type."""
    draw, checks, ok = Draw(bytes(data)), [], True
    for i, code in enumerate(STEPS, 1):
        check = SimpleNamespace(number=i, code=code, ok=None, value="", expected="", found="", where="")
        try:
            check.value = getattr(draw, code.lower())() if ok else ""
            check.ok = True if check.value else None
        except Exception as error:  # whatever a hostile file provokes is a failure of its step
            ok = check.ok = False
            check.where, check.expected, check.found = error.args if isinstance(error, Failure) else ("$", "", repr(error)[:200])
        checks.append(check)
    chances = [(ids, p) for (_, ids), p in zip(draw.types, draw.chance)]
    return SimpleNamespace(ok=ok, readable=isinstance(draw.doc, dict), checks=checks, facts=draw.facts, chances=chances)

def lines(report: Any, language: str = "en") -> Any:
    """The report in words: one line for each step, and more for the one that failed."""
    fits, failed, unreadable, unchecked, unsigned, expected, found, at, compare, names = WORDS[language]
    text = []
    for check in report.checks:
        rest = check.value if check.ok is not None else unsigned if report.ok else unchecked
        text.append(f"{check.number:2} {({True: 'ok   ', False: 'FAIL '}).get(check.ok, '-    ')}{names[check.code]}: {rest}")
        if check.ok is False:
            failed, told = failed.format(check.number), ((at, check.where), (expected, check.expected), (found, check.found))
            text += [f"        {label}: {said}" for label, said in told if said]
    if report.ok:  # what no file can vouch for by itself
        beacon = report.facts["beacon"] or {}
        told = [("digest", report.facts["digest"]), *report.facts["signatures"], *sorted(("beacon " + k, v) for k, v in beacon.items())]
        text += [compare + ":", *(f"        {label} {said}" for label, said in told)]
    return [*text, fits if report.ok else failed if report.readable else unreadable]

if __name__ == "__main__":
    with open(sys.argv[-1], "rb") as file: outcome = verify(file.read())
    if "--chances" in sys.argv: print("\n".join(f"{person} {chance}" for ids, chance in outcome.chances for person in ids))
    print("\n".join(lines(outcome, "zh" if "--lang=zh" in sys.argv else "en")))
    sys.exit(0 if outcome.ok else 1 if outcome.readable else 2)
