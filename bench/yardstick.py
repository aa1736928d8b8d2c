"""sortition-algorithms on one instance, in this process: `python yardstick.py INSTANCE TASK`.

Runs in an environment of its own that holds nothing else. TASK: `draw` finds the distribution whose
smallest chance is as large as it can be (maximin; its leximin needs a commercial solver) and draws
one panel; `feasible` finds any panel. Prints one line of JSON; reading the instance is not timed.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def read(path: str):
    """(instance, features, people, settings) as the library wants them."""
    from sortition_algorithms.features import read_in_features
    from sortition_algorithms.people import read_in_people
    from sortition_algorithms.settings import Settings

    instance = json.loads(Path(path).read_text())
    rows = [
        {"feature": category, "value": value, "min": str(low), "max": str(high)}
        for category, values in instance["categories"].items()
        for value, (low, high) in values.items()
    ]
    features = read_in_features(["feature", "value", "min", "max"], rows)[0]
    names = {category: list(values) for category, values in instance["categories"].items()}
    address = ["address"] if instance["households"] else []
    people = []
    for number, values in enumerate(instance["people"]):
        row = {"id": f"p{number}"}
        row |= {c: names[c][value] for c, value in zip(names, values)}
        if address:
            row["address"] = f"h{instance['households'][number]}"
        people.append(row)
    settings = Settings(
        id_column="id",
        columns_to_keep=address,
        check_same_address=bool(address),
        check_same_address_columns=address,
    )
    found, _ = read_in_people(["id", *names, *address], people, features, settings)
    return instance, features, found, settings


def took(answer: dict[str, object], start: float, cpu: float) -> None:
    """Note wall and processor time since the start."""
    answer["wall"] = time.perf_counter() - start
    answer["cpu"] = time.process_time() - cpu


def main(path: str, task: str) -> None:
    """Do the task and print what it took."""
    import sortition_algorithms.committee_generation as generation
    from sortition_algorithms.core import lottery_rounding
    from sortition_algorithms.settings import DEFAULT_BACKEND

    instance, features, people, settings = read(path)
    address = settings.check_same_address_columns
    answer: dict[str, object] = {"backend": str(DEFAULT_BACKEND)}
    start, cpu = time.perf_counter(), time.process_time()
    if task == "feasible":
        generation.find_any_committee(features, people, instance["k"], address)
        took(answer, start, cpu)
    else:
        panels, weights, _ = generation.find_distribution_maximin(
            features, people, instance["k"], address, DEFAULT_BACKEND
        )
        panels, weights = generation.standardize_distribution(panels, weights)
        lottery_rounding(panels, weights, 1)
        took(answer, start, cpu)
        chance = dict.fromkeys(people, 0.0)
        for panel, weight in zip(panels, weights):
            for person in panel:
                chance[person] += weight
        answer["lowest"] = min(chance.values())
        answer["panels"] = len(panels)
    answer["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
