"""Changed transcripts for both verifiers: every field, with and without every hash made to fit."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fairdraw.canonical import canonical
from fairdraw.errors import FairdrawError
from tests.fairdraw.sealing import forged

FOLDER = Path(__file__).parent / "vectors"
#: One vector for each mode and branch that the mutations go through.
SUBJECTS = ("strata", "groups", "columns")

Path_ = tuple[str | int, ...]


def vector(name: str) -> bytes:
    """A published transcript."""
    return (FOLDER / f"{name}.json").read_bytes()


def places(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every value of a document with its path; of a list the first, the middle and the last."""
    yield path, value
    if isinstance(value, dict):
        for name, part in value.items():
            yield from places(part, (*path, name))
    elif isinstance(value, list) and value:
        for i in sorted({0, len(value) // 2, len(value) - 1}):
            yield from places(value[i], (*path, i))


def others(value: Any) -> Iterator[tuple[str, Any]]:
    """Values that might stand in place of one, each with a word for what was done."""
    if isinstance(value, int):
        yield from (("more", value + 1), ("less", value - 1), ("text", str(value)), ("none", None))
    elif isinstance(value, str):
        digit = "1" if value[:1] == "0" else "0"
        yield from (("letter", digit + value[1:]), ("longer", value + "0"), ("empty", ""))
        yield from (("none", None), ("number", 7))
    elif isinstance(value, list):
        if value:
            yield from (("shorter", value[:-1]), ("twice", [*value, value[-1]]), ("empty", []))
        if value[::-1] != value:
            yield "reversed", value[::-1]
        yield from (("longer", [*value, 0]), ("object", {}), ("none", None))
    elif isinstance(value, dict):
        yield from (("extra", value | {"zzz": 1}), ("list", []), ("none", None))
        for name in value:
            yield f"without {name}", {key: part for key, part in value.items() if key != name}
    else:
        yield from (("number", 0), ("text", "x"), ("list", []))


def changed(document: dict[str, Any], path: Path_, value: Any) -> dict[str, Any]:
    """A copy with another value at a path."""
    if not path:
        return value  # type: ignore[no-any-return]
    made = copy.deepcopy(document)
    place: Any = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return made


def mutations(name: str) -> Iterator[tuple[str, bytes]]:
    """(what was changed, the changed transcript): every field once as it is, once with all hashes made to fit.

    What is done to a field goes round, so that every deed meets every kind of field.
    """
    data = vector(name)
    document = json.loads(data)
    mended = forged(data, lambda d: None)
    for turn, (path, value) in enumerate(places(document)):
        if not path:
            continue
        deeds = list(others(value))
        deed, other = deeds[turn % len(deeds)]
        unsigned = path == ("signatures",) and other == []  # no fault; the report says so
        if other != value and not unsigned:
            yield f"{name}: {_written(path)} {deed}", canonical(changed(document, path, other))
        deed, other = deeds[(turn // 2 + 1) % len(deeds)]
        with contextlib.suppress(TypeError, ValueError, LookupError, AttributeError, FairdrawError):
            # What no forger could compute hashes over is left out, and what sealing mends.
            sealed = forged(data, lambda d, p=path, o=other: _put(d, p, o))
            if sealed != mended and path != ("signatures",):
                yield f"{name}: {_written(path)} {deed}, resealed", sealed


def _written(path: Path_) -> str:
    return ".".join(map(str, path))


def _put(document: dict[str, Any], path: Path_, value: Any) -> None:
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value


def malformed() -> Iterator[tuple[str, bytes]]:
    """Files that are not canonical JSON, or no JSON at all; both verifiers must stop at FORMAT."""
    data = vector("strata")
    document = json.loads(data)
    text = data.decode()
    yield from {
        "nothing": b"",
        "null": b"null",
        "list": b"[]",
        "object": b"{}",
        "text": b'"x"',
        "number": b"1" * 100_000,
        "deep": b"[" * 100_000,
        "deep inside": text.replace('"metadata":{', '"metadata":{"a":' + "[" * 60 + "]" * 60 + ",").encode(),
        "half": data[: len(data) // 2],
        "line end": data + b"\n",
        "two of them": data + data,
        "byte order mark": b"\xef\xbb\xbf" + data,
        "pretty": json.dumps(document, indent=1, ensure_ascii=False).encode(),
        "key order": json.dumps(
            dict(reversed(document.items())), ensure_ascii=False, separators=(",", ":")
        ).encode(),
        "key twice": text.replace('"attempt":1', '"attempt":1,"attempt":1', 1).encode(),
        "escape": text.replace('"kind":"official"', '"kind":"offici\\u0061l"', 1).encode(),
        "slash": text.replace('"title":"', '"title":"\\/', 1).encode(),
        "line in text": text.replace('"title":"', '"title":"\\n', 1).encode(),
        "raw control": text.replace('"title":"', '"title":"\x85', 1).encode(),
        "raw line": text.replace('"title":"', '"title":"\n', 1).encode(),
        "not composed": text.replace('"title":"', '"title":"e\u0301', 1).encode(),
        "broken text": data.replace(b'"title":"', b'"title":"\xff', 1),
        "surrogate": text.replace('"title":"', '"title":"\\ud800', 1).encode(),
        "float": text.replace('"attempt":1', '"attempt":1.0', 1).encode(),
        "exponent": text.replace('"attempt":1', '"attempt":1e0', 1).encode(),
        "minus zero": text.replace('"trials":3', '"trials":-0', 1).encode(),
        "leading zero": text.replace('"trials":3', '"trials":03', 1).encode(),
        "not a number": text.replace('"trials":3', '"trials":NaN', 1).encode(),
        "infinite": text.replace('"trials":3', '"trials":Infinity', 1).encode(),
        "large": text.replace('"trials":3', '"trials":9007199254740992', 1).encode(),
        "enormous": text.replace('"trials":3', '"trials":' + "9" * 50_000, 1).encode(),
        "true": text.replace('"attempt":1', '"attempt":true', 1).encode(),
        "true in the free part": text.replace('"metadata":{', '"metadata":{"a":true,', 1).encode(),
        "proto": text.replace('"format":"fairdraw/1"', '"__proto__":{"format":"fairdraw/1"}', 1).encode(),
    }.items()  # fmt: skip


Change = Callable[[dict[str, Any]], object]


def _break_a_panel(document: dict[str, Any]) -> None:
    """One panel takes another's place for half of its seats; totals follow."""
    panels = document["lottery"]["panels"]
    first, other = panels[0], next(p for p in panels if p != panels[0])
    panels[0] = sorted([*first[:3], *other[3:]])
    _retotal(document)


def _favour(document: dict[str, Any]) -> None:
    """Every panel becomes a copy of the first: some people's chance is all or nothing."""
    lottery = document["lottery"]
    lottery["panels"] = [lottery["panels"][0]] * len(lottery["panels"])
    _retotal(document)


def _retotal(document: dict[str, Any]) -> None:
    """Cells and panels renumbered so that only cells with seats are left."""
    lottery = document["lottery"]
    sums = [0] * len(lottery["cells"])
    for panel in lottery["panels"]:
        for c in panel:
            sums[c] += 1
    kept = [c for c, number in enumerate(sums) if number]
    number_of = {c: i for i, c in enumerate(kept)}
    lottery["cells"] = [[*lottery["cells"][c][:3], sums[c]] for c in kept]
    lottery["panels"] = [[number_of[c] for c in panel] for panel in lottery["panels"]]


def _one_panel(document: dict[str, Any]) -> None:
    """A single panel that says no better one could be generated."""
    lottery = document["lottery"]
    lottery.update(panels=lottery["panels"][:1], method="columns")
    _retotal(document)


def _one_level(document: dict[str, Any]) -> None:
    """Everybody is said to stand at the lowest level, so that nobody asks why some have more."""
    levels = document["lottery"]["levels"]
    types = sorted(t for level in levels for t in level["types"])
    document["lottery"]["levels"] = [{"prices": levels[0]["prices"], "types": types}]


def _refused_yet_eligible(document: dict[str, Any]) -> None:
    free = [each["id"] for each in document["pool"]["records"] if not each["exclusions"]]
    document["refusals"] = free[:1]


def _higher_ceiling(document: dict[str, Any]) -> None:
    """A ceiling an eighth above what anybody must have, as if that were so."""
    numerator, denominator = document["lottery"]["ceiling"]
    document["lottery"]["ceiling"] = [9 * numerator, 8 * denominator]


#: Forgeries of a ceiling, every hash made to fit: (where step CERTIFICATE fails, the change).
CEILING_FORGERIES: list[tuple[str, Change]] = [
    ("lottery.ceiling_prices", _higher_ceiling),
    ("lottery.ceiling_prices", lambda d: d["lottery"].update(ceiling_prices=[])),
    ("lottery.ceiling_prices", lambda d: d["lottery"].update(ceiling=[1, 1])),
    ("lottery.ceiling_prices", lambda d: d["lottery"].update(ceiling=[1, 1], ceiling_prices=[])),
    ("lottery.ceiling_prices", lambda d: d["plan"].update(ceiling=[1, 1])),
    ("lottery.ceiling_prices", lambda d: d["lottery"]["ceiling_prices"].append([10**6, 1])),
    ("lottery.ceiling_prices", lambda d: d["lottery"]["ceiling_prices"].append([0, 1])),
    ("lottery.ceiling_prices", lambda d: d["lottery"]["ceiling_prices"][0].__setitem__(1, 2**41)),
    ("lottery.ceiling_prices", lambda d: d["lottery"]["ceiling_prices"][0].__setitem__(1, 0)),
]

#: Forgeries of a general lottery, every hash made to fit: (the step that must fail, the change).
LOTTERY_FORGERIES: list[tuple[str, Change]] = [
    ("LOTTERY", lambda d: d["lottery"]["panels"][5].pop()),
    ("LOTTERY", lambda d: d["lottery"]["panels"][5].append(10**6)),
    ("LOTTERY", lambda d: d["lottery"]["panels"][5].insert(0, -1)),
    ("LOTTERY", lambda d: d["lottery"]["panels"][5].reverse()),
    ("LOTTERY", lambda d: d["lottery"]["panels"].append([])),
    ("LOTTERY", lambda d: d["lottery"].update(panels=d["lottery"]["panels"] * 17)),
    ("LOTTERY", lambda d: d["lottery"].update(panels=[])),
    ("LOTTERY", lambda d: d["plan"]["quotas"][0].update(low=d["plan"]["quotas"][0]["low"] + 3)),
    ("LOTTERY", lambda d: d["plan"].update(quotas=d["plan"]["quotas"][1:])),
    ("LOTTERY", lambda d: d["pool"]["records"][0].update(values=[])),
    ("LOTTERY", lambda d: d["lottery"]["types"][0].__setitem__(2, 99)),
    ("LOTTERY", lambda d: d["lottery"].update(scale=40)),
    ("LOTTERY", lambda d: d["lottery"]["cells"][0].__setitem__(2, 2)),
    ("RULES", lambda d: d["plan"].update(quotas=d["plan"]["quotas"] * 501)),
    ("CHANCES", lambda d: d["lottery"]["cells"][0].__setitem__(3, 1)),
    ("CHANCES", lambda d: d["lottery"]["panels"].pop()),
    ("CHANCES", lambda d: d["lottery"].update(ceiling=[1, 10**6])),
    ("LOTTERY", _one_panel),
    ("CERTIFICATE", _favour),
    ("CERTIFICATE", _one_level),
    ("COMMITMENT", _refused_yet_eligible),
    ("COMMITMENT", lambda d: d.update(previous="")),
    ("CERTIFICATE", lambda d: d["lottery"].update(method="none")),
    ("CERTIFICATE", lambda d: d["lottery"].update(ceiling_prices=[[0, 1]])),
    ("FORMAT", lambda d: d["lottery"].pop("ceiling_prices")),
    ("CERTIFICATE", lambda d: d["lottery"].update(bound=[1, 7919])),
    ("CERTIFICATE", lambda d: d["lottery"].update(levels=[])),
    ("CERTIFICATE", lambda d: d["lottery"]["levels"].pop()),
    ("CERTIFICATE", lambda d: d["lottery"]["levels"][0]["types"].append(10**6)),
    ("CERTIFICATE", lambda d: d["lottery"]["levels"][0].update(prices=[])),
    ("CERTIFICATE", lambda d: d["lottery"]["levels"][0]["prices"].append([10**6, 1])),
    (
        "CERTIFICATE",
        lambda d: d["lottery"]["levels"][0]["prices"].append(
            d["lottery"]["levels"][0]["prices"][0]
        ),
    ),
    ("CERTIFICATE", lambda d: d["lottery"]["levels"][0]["prices"][0].__setitem__(1, 2**41)),
    ("CERTIFICATE", lambda d: d["lottery"]["levels"][0]["prices"].append([10, 0])),
    ("CERTIFICATE", lambda d: d["lottery"]["levels"].append(d["lottery"]["levels"][0])),
    ("COUNTS", lambda d: d.update(index=None)),
    ("COUNTS", lambda d: d.update(index=(d["index"] + 1) % len(d["lottery"]["panels"]))),
    ("COUNTS", lambda d: d.update(trials=d["trials"] + 77)),
    ("FORMAT", lambda d: d["lottery"].update(mode="B")),
    ("FORMAT", lambda d: d["lottery"].update(panels={})),
]


def _plan(**fields: Any) -> Change:
    return lambda d: d["plan"].update(fields)


def _chair(**fields: Any) -> Change:
    return lambda d: d["plan"]["designated"][0].update(fields)


def _quota(**fields: Any) -> Change:
    return lambda d: d["plan"]["quotas"][0].update(fields)


def _second(**fields: Any) -> Change:
    """One more member, like the chair but for these fields."""
    return lambda d: d["plan"]["kept"].append({**d["plan"]["designated"][0], **fields})


def _crowd_of_members(document: dict[str, Any]) -> None:
    """More members of one employer than its cap."""
    plan = document["plan"]
    plan["quotas"] = []
    plan["kept"] = [{**plan["designated"][0], "id": f"m{n}", "stratum": None} for n in range(5)]


MEMBERS, QUOTA = "plan.designated", "plan.quotas[0]"
#: Plans and commitments that the library refuses to make: (step, where, the change of ``general``).
PLAN_FORGERIES: list[tuple[str, str, Change]] = [
    ("RULES", MEMBERS, _second()),
    ("RULES", MEMBERS, _chair(values=[["region", "west"]])),
    ("RULES", MEMBERS, _chair(values=[["region", "west"], ["sex", "f"], ["sex", "m"]])),
    ("RULES", MEMBERS, _chair(group="g9")),
    ("RULES", MEMBERS, _chair(stratum="nowhere")),
    ("RULES", MEMBERS, _crowd_of_members),
    ("RULES", "plan.group_caps", _plan(group_caps={"g9": 2})),
    ("RULES", "plan.group_caps", _plan(group_caps={"g0": 0})),
    ("RULES", "plan.group_caps", _plan(group_caps={"g0": 4096})),
    ("RULES", "plan.employer_cap", _plan(employer_cap=-1)),
    ("RULES", "plan.employer_cap", _plan(employer_cap=10**6)),
    ("RULES", "plan.ceiling", _plan(ceiling=[1, 2])),
    ("RULES", "plan.ceiling", _plan(ceiling=[3, 0])),
    ("RULES", "plan.ceiling", _plan(ceiling=[4, 2])),
    ("RULES", "plan.ceiling", _plan(ceiling=[10**6 + 1, 1])),
    ("RULES", QUOTA, _quota(group="g9")),
    ("RULES", QUOTA, _quota(values=[])),
    ("RULES", QUOTA, _quota(values=["west", "south"])),
    ("RULES", QUOTA, _quota(values=["west", "west"])),
    ("RULES", QUOTA, _quota(low=-1)),
    ("RULES", QUOTA, _quota(low=3, high=2)),
    ("RULES", QUOTA, _quota(alternate_high=4096)),
    ("RULES", QUOTA, _quota(low=0, high=0)),
    ("RULES", QUOTA, _quota(low=1000)),
    ("RULES", QUOTA, _quota(alternate_low=1000)),
    ("FORMAT", "plan", lambda d: d["plan"].pop("title")),
    ("FORMAT", "program", lambda d: d["program"].update(more="x")),
    ("FORMAT", "program", lambda d: d["program"].pop("version")),
    ("COMMITMENT", "program.hash", lambda d: d["program"].update(hash="0" * 63)),
    ("COMMITMENT", "parties", lambda d: d["parties"][0].update(id="Office")),
    ("COMMITMENT", "abandoned", lambda d: d.update(abandoned=["00"], attempt=2)),
    ("COMMITMENT", "previous", lambda d: d.update(previous="ab")),
    ("COMMITMENT", "previous", lambda d: d.update(refusals=["gone"])),
    ("COMMITMENT", "previous", _second(id="friend", employer=None)),
    ("COMMITMENT", "trials", lambda d: d.update(trials=10**9 + 1)),
    ("POOL", "pool.records[0].values", lambda d: d["pool"]["records"][0]["values"].append(
        d["pool"]["records"][0]["values"][0])),
]  # fmt: skip
