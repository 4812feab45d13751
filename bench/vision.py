"""How many cameras a core is enough for: ``qianshao bench vision``.

Each video is shown to the product's own camera and pipeline in a process of its own, in one thread. The processor time
that took, from decoding to the sighting's picture, for each second of video is what a camera costs a core. ``--live``
proves it: as many cameras as the goal says, from simulated RTSP cameras through the recorder to one worker on one core.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TypeVar

import msgspec
import uvloop

from bench.vision_figures import GOAL_CAMERAS, Live, Plan, Report, report
from bench.vision_films import make_films
from bench.vision_part import Cost
from bench.vision_videos import small_videos
from devices.protocol.sightings import CameraAssignment
from simulators.demo.parts import PartFailed

FILMS = Path("var/bench-vision")
MEMORY_CAMERAS = 6
_T = TypeVar("_T")


def measure(plan: Plan) -> Report:
    """All runs, then memory, then live, whose failures the report tells. Raises PartFailed, SourceError, OSError."""
    if plan.videos is None:
        return _measure(plan, make_films(FILMS, _tell))
    with tempfile.TemporaryDirectory(prefix="qianshao-vision-") as folder:
        return _measure(plan, small_videos(plan.videos, Path(folder), _tell))


def _measure(plan: Plan, films: dict[str, Path]) -> Report:
    costs: dict[str, list[Cost]] = {name: [] for name in films}
    for number in range(plan.runs):
        for name, path in films.items():
            _tell(f"{number + 1}/{plan.runs} {name}")
            costs[name].append(_part(Cost, "cost", str(path)))
    _tell("memory")
    fullest = str(max(films.items(), key=lambda film: costs[film[0]][0].detections)[1])
    one, many = (_part(float, "memory", fullest, str(count)) for count in (1, MEMORY_CAMERAS))
    found, failed = live(plan, films) if plan.live_seconds else ([], {})
    looks_per_s = CameraAssignment(camera_id="C01", url="").looks_per_s
    return report(plan, looks_per_s, costs, (many - one) / (MEMORY_CAMERAS - 1), found, failed)


def live(plan: Plan, films: dict[str, Path]) -> tuple[list[Live], dict[str, str]]:
    """What was found of each kind there is a film of; and, by kind, why nothing was."""
    from bench.vision_live import measure_live

    found: list[Live] = []
    failed: dict[str, str] = {}
    for kind, cameras in GOAL_CAMERAS.items():
        if kind not in films:
            continue
        _tell(f"live {kind}")
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                found.append(runner.run(measure_live(kind, films[kind], round(cameras), plan.live_seconds)))
        except Exception as error:  # whatever it is, the figures taken before it are not lost
            failed[kind] = f"{type(error).__name__}: {error}"
            _tell(f"live {kind}: {failed[kind]}")
    return found, failed


def _part(kind: type[_T], *arguments: str) -> _T:
    """What a process of its own says. Raises PartFailed."""
    done = subprocess.run([sys.executable, "-m", "bench.vision_part", *arguments], capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise PartFailed(f"测量进程已结束：{said}（the measuring process ended）")
    return msgspec.json.decode(done.stdout, type=kind)


def _tell(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)
