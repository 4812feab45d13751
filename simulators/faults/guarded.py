"""The radios of a campaign, in a few processes that may be killed: those of one lose their power together."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from hub.children import end_child, start_child
from simulators.faults.ledger import Note

RADIOS_A_PROCESS = 13


class GuardedRadios:
    """``folder`` holds their stores and the guards' notes."""

    def __init__(self, folder: Path, radio_ids: list[str], seed: int) -> None:
        self.store = folder / "radios"
        self._folder = folder
        self._seed = seed
        count = max(2, -(-len(radio_ids) // RADIOS_A_PROCESS))
        self._groups = [group for n in range(count) if (group := radio_ids[n::count])]
        self._processes: list[asyncio.subprocess.Process | None] = [None] * len(self._groups)
        self._broker_port = 0

    async def start(self, broker_port: int) -> None:
        """Start all of them; their broker is at this port on loopback."""
        self._broker_port = broker_port
        await asyncio.gather(*(self._start(place) for place in range(len(self._groups))))

    async def _start(self, place: int) -> None:
        command = [
            sys.executable, "-m", "simulators.faults.guards", *self._groups[place],
            "--store", str(self.store), "--notes", str(self._notes(place)),
            "--broker-port", str(self._broker_port), "--seed", str(self._seed),
        ]  # fmt: skip
        with (self._folder / f"guards-{place}.log").open("ab") as log:
            self._processes[place] = await start_child(command, stdout=log, stderr=log)

    def _notes(self, place: int) -> Path:
        return self._folder / f"notes-{place}"

    async def kill(self, draw: float, away_s: float) -> None:
        """SIGKILL the process that ``draw`` (0 to 1) names, and start it again ``away_s`` later."""
        place = int(draw * len(self._groups))
        process = self._processes[place]
        assert process is not None
        if process.returncode is None:
            process.kill()
        await process.wait()
        await asyncio.sleep(away_s)
        await self._start(place)

    @property
    def ended(self) -> int:
        """Processes that ended without having been killed by the campaign."""
        return sum(one is not None and one.returncode is not None and one.returncode != -9 for one in self._processes)

    async def stop(self) -> None:
        await asyncio.gather(*(end_child(one, patience_s=10) for one in self._processes if one is not None))

    def notes(self) -> Iterator[Note]:
        """What the guards wrote, each radio's in its order."""
        for place in range(len(self._groups)):
            with self._notes(place).open("rb") as lines:
                for line in lines:
                    yield Note.read(line)
