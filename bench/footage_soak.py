"""``python -m bench.footage_soak --minutes 30 --cameras 40 --json``: recording while cameras and the disk go wrong.

Faults come by a seeded plan (bench/footage_soak_plan.py). At the end every picture that a camera sent whole outside the
declared times must be in the segments, and the recorder's memory must not grow: its slope is a regression over samples
taken every 5 s, without the first fifth.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import uvloop

from bench import processes
from bench.footage_parts import LoadedCameras, Recorder
from bench.footage_proof import Proof, prove, recorded_pictures, sent_pictures
from bench.footage_soak_plan import Happened, Planned, plan
from hub.footage.segments.mending import mend
from simulators.cameras.control import SetFault
from simulators.cameras.faults import Fault
from simulators.cameras.sent import SentReport
from simulators.demo.parts import PartFailed
from simulators.faults.disk import Disk

SAMPLE_EVERY_S = 5.0
_LEFT_OUT = 0.2
_SPARE_BYTES = 1 << 30
_MARGIN_US = 60_000_000


class Worst(msgspec.Struct, frozen=True):
    """A camera of which something is missing, and the faults it had: name, seconds from the beginning, how long."""

    camera_id: str
    missing: int
    altered: int
    missing_at_s: list[float]
    altered_at_s: list[float]
    faults: list[tuple[str, float, float]]


class Report(msgspec.Struct, frozen=True):
    """``pictures_missing``: sent whole outside the declared times, not recorded; ``pictures_excused``: within them."""

    cameras: int
    minutes: float
    seed: int
    full_disk_by: str
    faults: dict[str, int]
    pictures_sent: int
    pictures_recorded: int
    pictures_missing: int
    pictures_excused: int
    pictures_altered: int
    disordered: int
    recorder_restarts: int
    reconnects: int
    memory_first_mb: float
    memory_last_mb: float
    memory_slope_mb_per_h: float
    threads_first: int
    threads_last: int
    descriptors_first: int
    descriptors_last: int
    recorder_cpu_percent: float
    worst: list[Worst]
    is_good: bool


class Soak:
    """One soak: plays the plan, samples, proves."""

    def __init__(self, cameras: LoadedCameras, recorder: Recorder, disk: Disk) -> None:
        self._cameras, self._recorder, self._disk = cameras, recorder, disk
        self.happened: list[Happened] = []
        self.samples: list[tuple[float, float]] = []
        self.counts: list[tuple[int, int]] = []

    async def play(self, planned: Sequence[Planned], seconds: float) -> None:
        """All faults, and samples beside them."""
        self.began_us = time.time_ns() // 1000
        began_s = time.monotonic()
        tasks = [asyncio.create_task(self._one(fault, began_s)) for fault in planned]
        while (now_s := time.monotonic() - began_s) < seconds:
            pid = self._recorder.pid
            self.samples.append((now_s, processes.memory_mb(pid)))
            folder = Path(f"/proc/{pid}")
            self.counts.append((len(list((folder / "task").iterdir())), len(list((folder / "fd").iterdir()))))
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(min(SAMPLE_EVERY_S, seconds - now_s))
        await asyncio.gather(*tasks)

    async def _one(self, planned: Planned, began_s: float) -> None:
        await asyncio.sleep(max(0.0, planned.at_s - (time.monotonic() - began_s)))
        began_us = time.time_ns() // 1000
        if planned.fault is not None and planned.camera_id is not None:
            await self._cameras.order(SetFault(planned.fault, planned.camera_id))
            await asyncio.sleep(planned.lasting_s)
            await self._cameras.order(SetFault(Fault.NONE, planned.camera_id))
        else:
            pid = self._recorder.pid
            await asyncio.to_thread(self._disk.fill, pid)
            await asyncio.sleep(planned.lasting_s)
            await asyncio.to_thread(self._disk.empty, pid)
        self.happened.append(Happened(planned, began_us, time.time_ns() // 1000))

    def slope_mb_per_h(self) -> float:
        """Of the memory, without the first fifth."""
        kept = self.samples[int(len(self.samples) * _LEFT_OUT) :]
        if len(kept) < 3:
            return float("nan")
        at_s, memory_mb = np.array(kept).T
        return float(np.polyfit(at_s, memory_mb, 1)[0]) * 3600

    def proofs(self, footage_dir: Path, sent: SentReport) -> dict[str, Proof]:
        """Of each camera. Raises OSError."""
        now_us = time.time_ns() // 1000
        found = {}
        for camera_id in sorted(sent.streams):
            windows = [window for one in self.happened if (window := one.window(camera_id))]
            recorded = recorded_pictures(footage_dir, camera_id, self.began_us - _MARGIN_US, now_us + _MARGIN_US)
            found[camera_id] = prove(sent_pictures(sent, camera_id), recorded, windows)
        return found

    def _seconds(self, times_us: Sequence[int]) -> list[float]:
        """From the soak's beginning."""
        return [round((at_us - self.began_us) / 1e6, 2) for at_us in times_us]

    def worst(self, proofs: dict[str, Proof]) -> list[Worst]:
        """The cameras with something wrong, the worst first; at most 10."""
        found = [
            Worst(
                camera_id,
                proof.missing,
                proof.altered,
                self._seconds(proof.missing_at_us),
                self._seconds(proof.altered_at_us),
                [
                    (one.planned.name, round((one.began_us - self.began_us) / 1e6, 2), round(one.planned.lasting_s, 2))
                    for one in self.happened
                    if one.planned.camera_id in (None, camera_id)
                ],
            )
            for camera_id, proof in proofs.items()
            if proof.missing or proof.altered
        ]
        return sorted(found, key=lambda one: -one.missing - one.altered)[:10]


async def soak(minutes: float, cameras: int, seed: int, mbit_per_s: float) -> Report:
    """Raises PartFailed, OSError."""
    seconds = minutes * 60
    with tempfile.TemporaryDirectory(prefix="qianshao-soak-") as name:
        footage_dir = Path(name) / "footage"
        footage_dir.mkdir()
        size_bytes = round(cameras * mbit_per_s * 1e6 / 8 * seconds * 1.3) + _SPARE_BYTES
        with Disk(footage_dir, size_bytes) as disk:
            async with LoadedCameras.serving(cameras, mbit_per_s) as served:
                async with Recorder.running(footage_dir) as recorder:
                    recorder.record((camera_id, served.urls[camera_id]) for camera_id in served.camera_ids)
                    await recorder.wait_online(cameras)
                    one = Soak(served, recorder, disk)
                    pid, cpu_s = recorder.pid, processes.cpu_s(recorder.pid)
                    await one.play(plan(seed, seconds, served.camera_ids), seconds)
                    cpu_percent = 100 * (processes.cpu_s(pid) - cpu_s) / seconds if recorder.pid == pid else 0.0
                    await served.fall_silent()
                    restarts, reconnects = recorder.restarts, recorder.reconnects
                sent = await served.sent()
            await asyncio.to_thread(mend, footage_dir)  # what a full disk left, as at the recorder's next start
            proofs = await asyncio.to_thread(one.proofs, footage_dir, sent)
            how = disk.how
    missing = sum(proof.missing for proof in proofs.values())
    altered = sum(proof.altered for proof in proofs.values())
    return Report(
        cameras=cameras,
        minutes=minutes,
        seed=seed,
        full_disk_by=how,
        faults=dict(Counter(each.planned.name for each in one.happened)),
        pictures_sent=sum(proof.sent for proof in proofs.values()),
        pictures_recorded=sum(proof.recorded for proof in proofs.values()),
        pictures_missing=missing,
        pictures_excused=sum(proof.excused for proof in proofs.values()),
        pictures_altered=altered,
        disordered=sum(proof.disordered for proof in proofs.values()),
        recorder_restarts=restarts,
        reconnects=reconnects,
        memory_first_mb=round(one.samples[int(len(one.samples) * _LEFT_OUT)][1], 1),
        memory_last_mb=round(one.samples[-1][1], 1),
        memory_slope_mb_per_h=round(one.slope_mb_per_h(), 2),
        threads_first=one.counts[0][0],
        threads_last=one.counts[-1][0],
        descriptors_first=one.counts[0][1],
        descriptors_last=one.counts[-1][1],
        recorder_cpu_percent=round(cpu_percent, 2),
        worst=one.worst(proofs),
        is_good=not missing and not altered and not restarts,
    )


def main() -> int:
    """Exit code 1: something is missing, altered, or the recorder ended."""
    parser = argparse.ArgumentParser(prog="python -m bench.footage_soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--cameras", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mbit-per-s", type=float, default=2.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(soak(options.minutes, options.cameras, options.seed, options.mbit_per_s))
    except (PartFailed, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    else:
        print(f"{found.pictures_missing} of {found.pictures_sent} missing, {found.memory_slope_mb_per_h} MB/h")
    return 0 if found.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
