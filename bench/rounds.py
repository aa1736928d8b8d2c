"""Two programs on the same instance: processes of their own, in turns, each killed at a limit."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Runs:
    """What one program answered on one instance, round by round; ``limit`` seconds each."""

    command: Sequence[str]
    limit: float
    answers: list[dict[str, Any]] = field(default_factory=list)
    too_long: bool = False
    failures: list[str] = field(default_factory=list)

    def once(self) -> None:
        """One more round; none after the limit was reached once."""
        if self.too_long:
            return
        # A session of its own, so that what the program starts ends with it.
        process = subprocess.Popen(
            self.command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            out, err = process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            self.too_long = True
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return
        line = next((text for text in reversed(out.splitlines()) if text.startswith("{")), None)
        if process.returncode or line is None:
            self.failures.append((err.strip().splitlines() or ["no answer"])[-1][:200])
        else:
            self.answers.append(json.loads(line))

    def median(self, name: str) -> float | None:
        """The median of one figure over the rounds that ended."""
        found = [answer[name] for answer in self.answers if answer.get(name) is not None]
        return statistics.median(found) if found else None

    def shown(self) -> str:
        """Median time, spread and memory in words."""
        wall, memory = self.median("wall"), self.median("memory")
        if wall is None or memory is None:
            return (
                f"more than {self.limit:.0f} s" if self.too_long else f"failed: {self.failures[-1]}"
            )
        times = [answer["wall"] for answer in self.answers]
        text = f"{seconds(wall)} ({seconds(min(times))}–{seconds(max(times))})"
        cpu = self.median("cpu")
        if cpu is not None:
            text += f", {seconds(cpu)} CPU"
        # Linux counts kilobytes.
        text += f", {memory / 1024:.0f} MB"
        return text + (f", {len(self.failures)} failed" if self.failures else "")


def seconds(amount: float) -> str:
    """A duration with the unit that fits it."""
    return f"{amount:.2f} s" if amount >= 1 else f"{amount * 1000:.1f} ms"


def in_turns(ours: Runs, yardstick: Runs | None, rounds: int) -> None:
    """Alternate, so that what else the machine does falls on both."""
    for _ in range(rounds):
        ours.once()
        if yardstick is not None:
            yardstick.once()


def ratio(ours: Runs, yardstick: Runs) -> str:
    """How many times as long the yardstick takes: the median over rounds of the same turn."""
    wall = ours.median("wall")
    if wall is None:
        return "no ratio"
    if yardstick.too_long and not yardstick.answers:
        return f"more than {yardstick.limit / wall:,.0f} ×"
    pairs = [theirs["wall"] / mine["wall"] for mine, theirs in zip(ours.answers, yardstick.answers)]
    return f"{statistics.median(pairs):,.0f} ×" if pairs else "no ratio"
