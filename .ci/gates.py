# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the gates that are named, side by side; keep what each prints in .cache/gates and show it where one fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

LOGS = Path(".cache/gates")


@dataclass(frozen=True)
class Outcome:
    gate: str
    passed: bool
    seconds: float
    log: Path


def run(gate: str) -> Outcome:
    """Run one nox session."""
    log = LOGS / f"{gate}.log"
    started = time.monotonic()
    with log.open("wb") as output:
        result = subprocess.run(["nox", "--session", gate], stdout=output, stderr=subprocess.STDOUT, check=False)
    return Outcome(gate, result.returncode == 0, time.monotonic() - started, log)


def report(outcome: Outcome) -> None:
    """Say how a gate went, and why."""
    if not outcome.passed:
        print(f"\n----- {outcome.log}\n{outcome.log.read_text(errors='replace')}-----\n")
    print(f"{'passed' if outcome.passed else 'FAILED'}  {outcome.gate:<15}{outcome.seconds:4.0f} s", flush=True)


def main(gates: list[str]) -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    outcomes = []
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for future in as_completed([pool.submit(run, gate) for gate in gates]):
            outcomes.append(future.result())
            report(outcomes[-1])
    failed = [outcome.gate for outcome in outcomes if not outcome.passed]
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
