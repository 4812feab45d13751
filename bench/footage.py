"""Many cameras recorded at once: ``qianshao bench footage``.

Simulated cameras (simulators/cameras --load) send 1080p pictures over RTSP, one in four of H.265, and note each by its
content; the real recorder writes them below a temporary folder. Then all cameras fall silent, the recorder closes its
segments, and every picture that was sent is looked for in them (bench/footage_proof.py). The cameras share the
processor with what is measured: their share is told apart.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import uvloop

from bench import footage_seek, processes
from bench.figures import percentile
from bench.footage_figures import Beside, Plan, Report, Run, report
from bench.footage_first import first_frames
from bench.footage_parts import LoadedCameras, Recorder
from bench.footage_proof import Proof, prove, recorded_pictures, sent_pictures
from simulators.cameras.sent import SentReport

_SETTLED_S = 2.0
"""From when all cameras are on line until measuring begins: their first pictures come in a burst."""
_MARGIN_US = 60_000_000
_START_CODE_BYTES = 4


async def measure_run(plan: Plan, folder: Path) -> Run:
    """Record for so long, then prove. Raises PartFailed, OSError."""
    run = Run()
    footage_dir = folder / "footage"
    footage_dir.mkdir()
    began_us = time.time_ns() // 1000
    async with LoadedCameras.serving(plan.cameras, plan.mbit_per_s) as cameras:
        async with Recorder.running(footage_dir) as recorder:
            recorder.record((camera_id, cameras.urls[camera_id]) for camera_id in cameras.camera_ids)
            await recorder.wait_online(plan.cameras)
            await asyncio.sleep(_SETTLED_S)
            pids = recorder.pid, cameras.pid
            cpu_s, began_s = [processes.cpu_s(pid) for pid in pids], time.monotonic()
            await asyncio.sleep(plan.seconds)
            run.seconds = time.monotonic() - began_s
            run.recorder_cpu_s, run.cameras_cpu_s = (
                processes.cpu_s(pid) - before for pid, before in zip(pids, cpu_s, strict=True)
            )
            run.memory_mb = processes.memory_mb(recorder.pid)
            await cameras.fall_silent()
            run.restarts, run.missing_by_recorder = recorder.restarts, recorder.pictures_missing
        sent = await cameras.sent()
    await asyncio.to_thread(_look, run, footage_dir, sent, began_us)
    return run


def _look(run: Run, footage_dir: Path, sent: SentReport, began_us: int) -> None:
    """Compare what lies in the folder with what was sent."""
    camera_ids = sorted(sent.streams)
    ended_us = time.time_ns() // 1000
    run.proofs = proofs(footage_dir, sent, began_us, ended_us)
    run.bytes_received = bytes_sent(sent)
    run.bytes_written = sum(path.stat().st_size for path in footage_dir.rglob("*") if path.is_file())
    first_us = min(entries[0].sent_at_us for camera_id in camera_ids if (entries := sent_pictures(sent, camera_id)))
    last_us = ended_us - round(run.seconds * 1e6) // 4
    run.first = first_frames(footage_dir, camera_ids, first_us + 2_000_000, last_us, random.Random(1))


def proofs(footage_dir: Path, sent: SentReport, began_us: int, ended_us: int) -> dict[str, Proof]:
    """Of each camera. Raises OSError."""
    found = {}
    for camera_id in sorted(sent.streams):
        recorded = recorded_pictures(footage_dir, camera_id, began_us - _MARGIN_US, ended_us + _MARGIN_US)
        found[camera_id] = prove(sent_pictures(sent, camera_id), recorded)
    return found


def bytes_sent(sent: SentReport) -> int:
    """Of all pictures in the form in which the relay gives them; parameter sets and start codes are in it."""
    return sum(stream.octets + _START_CODE_BYTES * len(stream.whole) for stream in sent.streams.values())


async def measure(plan: Plan) -> Report:
    """All runs. Raises PartFailed, OSError."""
    runs = []
    for number in range(plan.runs):
        print(f"… {number + 1}/{plan.runs}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="qianshao-footage-") as folder:
            runs.append(await measure_run(plan, Path(folder)))
    return report(plan, runs, await _beside(plan))


async def _beside(plan: Plan) -> Beside:
    """What one camera and a whole hub, and a month's folders, are enough for. Raises PartFailed, OSError."""
    beside = Beside()
    if plan.month_cameras:
        print("… seek", file=sys.stderr, flush=True)
        seeks = await asyncio.to_thread(footage_seek.measure, plan.month_cameras)
        beside = replace(beside, seek_ms=seeks.first_picture_p95_ms, place_ms=seeks.place_p95_ms)
    if plan.live_seconds:
        print("… live", file=sys.stderr, flush=True)
        beside = await _live(plan.live_seconds, beside)
    return beside


async def _live(seconds: float, beside: Beside) -> Beside:
    try:
        from bench.footage_live import measure_live  # Playwright is no part of the product
    except ModuleNotFoundError as error:
        return replace(beside, notes=(f"live: {error.name} is missing (make test)",))
    found = await measure_live(seconds)
    late_ms = [one + found.encoding_ms for one in found.late_ms]
    return replace(
        beside,
        door_first_frame_ms=percentile(found.door_first_frame_ms, 50),
        door_first_frame_max_ms=max(found.door_first_frame_ms),
        live_ms=percentile(late_ms, 95) if late_ms else None,
        live_p50_ms=percentile(late_ms, 50) if late_ms else None,
        live_pictures_per_s=found.seen_per_s if late_ms else None,
        notes=found.notes,
    )


def run(plan: Plan) -> Report:
    """Measure. Raises PartFailed, OSError."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measure(plan))
