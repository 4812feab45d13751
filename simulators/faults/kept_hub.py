"""The campaign's hub: a process that is started again whenever it ends, as a service manager would."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import msgspec

from simulators.demo.parts import LOG_KEPT, HubPart, PartFailed
from simulators.faults.wall_clock import VARIABLE

AGAIN_AFTER_S = 0.5
_BROKERS = ("mosquitto", "iotcore")


class _Retried(msgspec.Struct):
    error: str


class _LoggedElsewhere(HubPart):
    """Its log is not on its disk, so that it tells of a disk that is full."""

    @property
    def log(self) -> Path:
        return self._data_dir.parent.with_name(LOG_KEPT)


class KeptHub:
    """``part`` is the hub in its folder ``data_dir``; its log stands beside the folder that holds this."""

    def __init__(self, data_dir: Path, broker: str, wall_clock: Path, database: str) -> None:
        """``broker`` and ``database`` as the hub's settings name them."""
        settings = {"QIANSHAO_VISION_WORKERS": "0", "QIANSHAO_LOG_LEVEL": "WARNING", VARIABLE: str(wall_clock)}
        settings["QIANSHAO_DATABASE"] = database
        self.part = _LoggedElsewhere(data_dir, 0, broker, settings, program="simulators.faults.wall_clock")
        self.database_file = data_dir / "hub.sqlite3"
        self.may_start = asyncio.Lock()
        """Held while its disk is away."""
        self.failed_starts = 0
        """Starts that ended by themselves or took too long, such as on a full disk."""
        self._killed: set[int] = set()

    @property
    def pid(self) -> int | None:
        """None while it is away."""
        process = self.part.process
        return process.pid if process is not None and process.returncode is None else None

    def kill(self) -> bool:
        """SIGKILL, at whatever it is doing; false while it is away."""
        pid = self.pid
        if pid is None or pid in self._killed:
            return False
        assert self.part.process is not None
        self._killed.add(pid)
        self.part.process.kill()
        return True

    def brokers(self) -> list[int]:
        """The brokers that it runs."""
        pid = self.pid
        try:
            found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            return [int(one) for one in found if any(name in _command(int(one)) for name in _BROKERS)]
        except OSError:
            return []

    def retried(self) -> dict[str, int]:
        """How often the hub's writer had to try again, by what the database said; from whole lines of its log."""
        found: Counter[str] = Counter()
        for line in self.part.log.read_bytes().splitlines():
            if b"storage.batch_retried" in line and line.endswith(b"}"):
                found[msgspec.json.decode(line, type=_Retried).error] += 1
        return dict(found)

    async def keep(self) -> None:
        """Start it again whenever it ends, until cancelled."""
        while True:
            assert self.part.process is not None
            await self.part.process.wait()
            self.part.restarts += 1
            try:
                async with self.may_start:
                    pass
                await self.part.start()
            except (PartFailed, OSError, TimeoutError):
                pid = self.part.process.pid
                if pid not in self._killed:
                    self.failed_starts += 1
                if self.part.process.returncode is None:
                    self.part.process.kill()
                await asyncio.sleep(AGAIN_AFTER_S)


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()
