"""``python -m bench.footage_fuzz --minutes 30 --seed N --json``: mutated real bytes at every door of media.

Each case is played in a child process (bench/footage_fuzz_target.py), several children at once, since most cases wait
for what never comes. A child that ends, a case that takes longer than its patience allows, an error that is nobody's
and memory that grows are finds: exit code 1. ``--case 17 --seed N --write DIR`` writes the bytes of one case down.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from bench.footage_fuzz_cases import Door, case
from bench.footage_fuzz_seeds import seeds
from bench.footage_fuzz_target import PATIENCE, Asked, Played
from bench.footage_parts import FILMS
from hub.children import end_child, start_child

CHILDREN = 4
HANGS_AFTER_S = 12.0
"""Opening and two silences take 2.4 s, three times that on a machine with others at work; then it counts as hanging."""
_MOST_FINDS = 200
_START_WITHIN_S = 120.0
_SETTLED = 150
"""Cases of a child until its memory is that of a process that runs: libraries are loaded, pools filled."""
MOST_GROWTH_MB_PER_1000 = 4.0


class Find(msgspec.Struct, frozen=True):
    """What went wrong: ``python -m bench.footage_fuzz --seed S --case N`` plays it again."""

    number: int
    kind: str
    door: str
    touched: str
    detail: str


@dataclass
class Tally:
    """What all children found."""

    cases: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    finds: list[Find] = field(default_factory=list)
    slowest_s: float = 0.0
    memory: list[tuple[int, float]] = field(default_factory=list)
    """Of children that lived long enough: how many cases, and growth in MB per 1000 cases."""


class Report(msgspec.Struct, frozen=True):
    """``outcomes`` by door: pictures that came all the same, or the error told."""

    seed: int
    minutes: float
    cases: int
    crashes: int
    hangs: int
    escaped: int
    memory_mb_per_1000_cases: float | None
    slowest_s: float
    outcomes: dict[str, int]
    finds: list[Find]
    is_good: bool


class Child:
    """One process that is fuzzed; started anew when it ends."""

    def __init__(self, seed: int, tally: Tally, door: Door | None) -> None:
        self._seed, self._tally, self._door = seed, tally, door
        self._process: asyncio.subprocess.Process | None = None
        self._memory_mb: list[float] = []

    async def play(self, number: int) -> None:
        """One case, counted."""
        process = await self._running()
        assert process.stdin is not None and process.stdout is not None
        within_s = HANGS_AFTER_S if self._memory_mb else _START_WITHIN_S
        process.stdin.write(msgspec.json.encode(Asked(self._seed, number, self._door)) + b"\n")
        try:
            line = await asyncio.wait_for(process.stdout.readline(), within_s)
        except TimeoutError:
            await self._note(number, "hang", f"over {within_s:.0f} s")
            await self.end()
            return
        self._tally.cases += 1
        if not line:
            await self._note(number, "crash", f"code {await process.wait()}")
            await self.end()
            return
        played = msgspec.json.decode(line, type=Played)
        self._memory_mb.append(played.memory_mb)
        self._tally.slowest_s = max(self._tally.slowest_s, played.seconds)
        words = "pictures" if played.outcome.endswith("pictures") else played.outcome
        self._tally.outcomes[f"{played.door}: {'read' if played.door is Door.SEGMENT else words}"] += 1
        if played.escaped:
            await self._note(number, "escaped", played.escaped)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            self._process = await start_child(
                [sys.executable, "-m", "bench.footage_fuzz_target", str(FILMS)],
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        return self._process

    async def _note(self, number: int, kind: str, detail: str) -> None:
        found = await asyncio.to_thread(lambda: case(seeds(FILMS), self._seed, number, self._door))
        print(f"… {kind}: case {number}, {found.door}, {found.touched}: {detail[-300:]}", file=sys.stderr, flush=True)
        if len(self._tally.finds) < _MOST_FINDS:
            self._tally.finds.append(Find(number, kind, found.door, found.touched, detail))

    async def end(self) -> None:
        """End the process and judge its memory."""
        process, self._process = self._process, None
        memory, self._memory_mb = self._memory_mb[_SETTLED:], []
        if len(memory) >= _SETTLED:
            slope = float(np.polyfit(np.arange(len(memory)), memory, 1)[0]) * 1000
            self._tally.memory.append((len(memory), slope))
        if process is not None:
            await end_child(process)


async def fuzz(seed: int, minutes: float, door: Door | None, children: int) -> Report:
    """Play cases from number 0 on until the time is over."""
    tally = Tally()
    until_s = time.monotonic() + minutes * 60
    await asyncio.to_thread(seeds, FILMS)  # rendered once, not by every child
    numbers = iter(range(sys.maxsize))

    async def one_child() -> None:
        child = Child(seed, tally, door)
        try:
            while time.monotonic() < until_s:
                await child.play(next(numbers))
        finally:
            await child.end()

    await asyncio.gather(*(one_child() for _ in range(children)))
    kinds = Counter(find.kind for find in tally.finds)
    weights = sum(count for count, _ in tally.memory)
    slope = sum(count * slope for count, slope in tally.memory) / weights if weights else None
    return Report(
        seed=seed,
        minutes=minutes,
        cases=tally.cases,
        crashes=kinds["crash"],
        hangs=kinds["hang"],
        escaped=kinds["escaped"],
        memory_mb_per_1000_cases=None if slope is None else round(slope, 3),
        slowest_s=round(tally.slowest_s, 3),
        outcomes=dict(sorted(tally.outcomes.items())),
        finds=tally.finds,
        is_good=not tally.finds and (slope is None or slope <= MOST_GROWTH_MB_PER_1000),
    )


def _write(folder: Path, seed: int, number: int, door: Door | None) -> None:
    found = case(seeds(FILMS), seed, number, door)
    folder.mkdir(parents=True, exist_ok=True)
    for at, part in enumerate(found.parts):
        (folder / f"{found.door}-{seed}-{number}.{at}").write_bytes(part)


def main() -> int:
    """Exit code 1: something was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.footage_fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--door", type=Door, choices=list(Door))
    parser.add_argument("--children", type=int, default=CHILDREN)
    parser.add_argument("--case", type=int, help="play this one alone, in this process")
    parser.add_argument("--write", type=Path, help="--case: write its bytes into this folder instead")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.case is not None:
        if options.write is not None:
            _write(options.write, options.seed, options.case, options.door)
            return 0
        from bench.footage_fuzz_target import play

        print(play(case(seeds(FILMS), options.seed, options.case, options.door)))
        return 0
    found = asyncio.run(fuzz(options.seed, options.minutes, options.door, options.children))
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    else:
        print(f"{found.cases} cases, {len(found.finds)} finds: patience {PATIENCE.open_s:g} + {PATIENCE.stall_s:g} s")
    return 0 if found.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
