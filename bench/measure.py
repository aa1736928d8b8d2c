"""Medians of CPU and wall time, and how they are printed."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Medians over the repetitions, in seconds."""

    cpu: float
    wall: float
    repetitions: int

    def __str__(self) -> str:
        return f"{shown(self.cpu)} CPU, {shown(self.wall)} wall (median of {self.repetitions})"


def shown(seconds: float) -> str:
    """A duration with the unit that fits it."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.2f} ms"


def measure(act: Callable[[], object], *, repetitions: int, warm_up: int = 1) -> Timing:
    """Run an act several times; the collector runs between, not within."""
    for _ in range(warm_up):
        act()
    cpu, wall = [], []
    for _ in range(repetitions):
        gc.collect()
        gc.disable()
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        act()
        cpu.append(time.process_time() - cpu_start)
        wall.append(time.perf_counter() - wall_start)
        gc.enable()
    return Timing(statistics.median(cpu), statistics.median(wall), repetitions)


def title(text: str) -> None:
    """A heading of the printed report."""
    print(f"\n== {text}", flush=True)


def line(label: str, value: object) -> None:
    """One measured fact."""
    print(f"  {label:<44} {value}", flush=True)
