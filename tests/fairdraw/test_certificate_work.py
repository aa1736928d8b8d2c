"""What checking a certificate may cost: a file with thousands of levels, honest or not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fairdraw import verify as verifier
from fairdraw.verify import verify
from tests.fairdraw.mutations import vector
from tests.fairdraw.sealing import forged

LEVELS, PANELS, SEATS = 3000, 1024, 6


def many_levels(document: dict[str, Any]) -> None:
    """3,000 employers of two, one seat each at most: as many types, a level for each of them."""
    document["pool"]["records"] = [
        {
            "employer": f"e{number // 2:04}",
            "exclusions": [],
            "id": f"p{number:05}",
            "strata": ["s"],
            "values": [],
        }
        for number in range(2 * LEVELS)
    ]
    stratum = {"alternate": 0, "group": None, "id": "s", "primary": SEATS}
    plan = document["plan"]
    plan.update(ceiling=[1000, 1], employer_cap=1, group_caps={}, quotas=[], strata=[stratum])
    drawn = [[SEATS * p + i for i in range(SEATS)] for p in range(PANELS)]
    panels = [sorted(c % LEVELS for c in panel) for panel in drawn]
    totals = [sum(panel.count(c) for panel in panels[c // SEATS :: LEVELS // SEATS]) for c in range(LEVELS)]  # fmt: skip
    document["lottery"] = {
        "bound": [SEATS, 2 * LEVELS - 1],
        "ceiling": [1, 1],
        "ceiling_prices": [[0, 1]],
        "cells": [[t, 0, 0, total] for t, total in enumerate(totals)],
        "levels": [
            {"prices": [[0, 2], [1 + t, -1]], "types": [t]}
            for t in sorted(range(LEVELS), key=totals.__getitem__)
        ],
        "method": "columns",
        "mode": "L",
        "panels": panels,
        "scale": 0,
        "types": [[f"e{t:04}", ["s"], 2, []] for t in range(LEVELS)],
    }


@pytest.fixture(scope="module")
def transcript() -> bytes:
    """Good up to the certificate; the lots are those of another draw."""
    return forged(vector("ceiling"), many_levels)


def steps(data: bytes) -> dict[str, Any]:
    """The checks by their code."""
    return {check.code: check for check in verify(data).checks}


def test_thousands_of_levels_cost_no_more_than_they_hold(
    transcript: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    costs = verifier.costs

    def counted(*arguments: Any) -> list[int]:
        nonlocal asked
        asked += 1
        return costs(*arguments)

    monkeypatch.setattr(verifier, "costs", counted)
    found = steps(transcript)
    told = json.loads(transcript)["lottery"]["bound"]
    assert found["CERTIFICATE"].ok, found["CERTIFICATE"]
    assert "/".join(map(str, told)) in found["CERTIFICATE"].value
    assert asked <= 5 * LEVELS


def test_more_work_than_any_honest_file_asks_is_refused_by_name(
    transcript: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 10 * LEVELS
    monkeypatch.setattr(verifier, "MOST_SUMS", limit)
    check = steps(transcript)["CERTIFICATE"]
    assert check.ok is False
    assert (check.where, check.expected) == ("lottery.levels", f"at most {limit} sums")
    # Every level prices the stratum, which counts all types, and one cap of one type.
    assert check.found == str(10 * (LEVELS + 1))
