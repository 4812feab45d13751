"""The part of ``qianshao bench vision`` that looks: a process of its own that is shown one film, and says what it took.

``python -m bench.vision_part cost FILM`` or ``memory FILM CAMERAS``; JSON on standard output. The product's own
``AssignedCamera`` reads the film's coded pictures from a socket, as from the recorder's relay, as fast as it can, and
takes each look at once in its own thread, so that none is shed and the process's time is one thread's.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

import cv2
import msgspec
import numpy as np

from bench import processes
from bench.vision_records import BEGAN_US, Reel, read_reel
from devices.protocol.clock import SystemClock
from devices.protocol.messages import Stamp
from devices.protocol.sightings import CameraAssignment, CameraCondition, Stage
from hub.footage.coded import StreamName
from hub.footage.sources.address import RelayAddress
from hub.footage.sources.frames import Patience
from hub.footage.sources.relay_stream import RelayStream
from hub.vision.camera import AssignedCamera, Work
from hub.vision.description.describer import Describer
from hub.vision.detection.choice import open_detector
from hub.vision.detection.detections import Detector
from hub.vision.scheduler import LookScheduler
from hub.vision.stages import StageTimes

MEMORY_SHOWN_S = 5.0
"""So much of the film each of many cameras is shown before the memory is read."""
_MOSTLY = 0.7
"""Of the pictures shown; not all need be decoded."""
_WITHIN_S = 600.0


class Cost(msgspec.Struct, frozen=True):
    """What one film took. ``spent_ms`` and ``calls`` are by stage; ``decoded_ms``: to decode it and nothing else."""

    video_s: float
    pictures: int
    width_px: int
    height_px: int
    kbit_per_s: float
    cpu_ms: float
    decoded_ms: float
    decoded: int
    """Pictures; ``spent_ms`` of decoding is theirs."""
    spent_ms: dict[str, float]
    calls: dict[str, int]
    looks: int
    detections: int
    sightings: int


class Relay:
    """Gives each who connects the same records, from the first to the last, and then (unless ``held``) the end."""

    def __init__(self, folder: Path, records: bytes, *, held: bool = False) -> None:
        self.url = str(RelayAddress(str(folder / "relay"), "C01", StreamName.SUB))
        self._records, self._held = records, held
        self._served: list[socket.socket] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(folder / "relay"))
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """End what is held."""
        for connection in self._served:
            connection.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            self._served.append(connection)
            threading.Thread(target=self._give, args=(connection,), daemon=True).start()

    def _give(self, connection: socket.socket) -> None:
        connection.recv(1024)
        with contextlib.suppress(BrokenPipeError):  # who reads has failed, and says why
            connection.sendall(self._records)
        if not self._held:
            connection.close()


class FilmClock:
    """The time in the film, by the pictures that its camera has decoded; a few of them need not be."""

    def __init__(self, step_us: int) -> None:
        self.camera: AssignedCamera | None = None
        self._step_us = step_us

    def monotonic_us(self) -> int:
        return self._step_us * (self.camera.counters.frames_decoded if self.camera else 0)

    def wall_us(self) -> int:
        return BEGAN_US + self.monotonic_us()


class AtOnce(LookScheduler[AssignedCamera, Work]):
    """Takes each look where it is offered; a camera whose stream ended is stopped."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self._detector = detector
        self._looking = threading.Lock()
        self.times: list[StageTimes] = []

    def offer(self, camera: AssignedCamera, work: Work) -> bool:
        with self._looking:
            camera.take(work, self._detector)
        return False

    def put(self, camera: AssignedCamera, work: Work, *, patience_s: float) -> bool:
        camera.stop()
        self.times.append(work.pipeline.times)
        self.offer(camera, work)
        return True


def cost(film: Path) -> Cost:
    """Show the film to one camera. Raises SourceError, OSError, RuntimeError where looking failed."""
    reel = read_reel(film)
    with tempfile.TemporaryDirectory() as folder:
        relay = Relay(Path(folder), reel.records)
        decoded_ms = _decoding_ms(relay.url)
        scheduler, describer = AtOnce(_warm_detector(reel)), Describer()
        clock = FilmClock(reel.step_us)
        camera = AssignedCamera(CameraAssignment(camera_id="C01", url=relay.url), scheduler, describer, clock=clock)
        clock.camera = camera
        began_s = time.process_time()
        camera.start()
        camera.join(_WITHIN_S)
        cpu_ms = (time.process_time() - began_s) * 1000
    _check(camera)
    counters, (times,) = camera.counters, scheduler.times
    return Cost(
        video_s=reel.video_s,
        pictures=reel.pictures,
        width_px=reel.width_px,
        height_px=reel.height_px,
        kbit_per_s=round(len(reel.records) * 8e-3 / reel.video_s, 1),
        cpu_ms=cpu_ms,
        decoded_ms=decoded_ms,
        decoded=counters.frames_decoded,
        spent_ms={stage.value: times.spent_ms(stage) for stage in Stage},
        calls={stage.value: times.calls(stage) for stage in Stage},
        looks=counters.frames_looked_at,
        detections=counters.detections,
        sightings=counters.sightings,
    )


def memory_mb(film: Path, cameras: int) -> float:
    """Of a process with so many cameras open, each after the film's first seconds. Raises as ``cost``."""
    reel = read_reel(film, MEMORY_SHOWN_S)
    with tempfile.TemporaryDirectory() as folder:
        relay = Relay(Path(folder), reel.records, held=True)
        scheduler, describer, clock = AtOnce(_warm_detector(reel)), Describer(), SystemClock()
        opened = [
            AssignedCamera(
                CameraAssignment(camera_id=f"C{number:02d}", url=relay.url), scheduler, describer, clock=clock
            )
            for number in range(cameras)
        ]
        for camera in opened:
            camera.start()
        deadline_s = time.monotonic() + _WITHIN_S
        while any(camera.counters.frames_decoded < reel.pictures * _MOSTLY for camera in opened):
            for camera in opened:
                _check(camera)
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"{cameras} cameras did not decode {reel.pictures} pictures")
            time.sleep(0.05)
        found = processes.memory_mb(os.getpid())
        for camera in opened:
            camera.stop()
        relay.close()
        for camera in opened:  # a thread that still computes when the process ends would break it off
            camera.join(_WITHIN_S)
        return found


def _check(camera: AssignedCamera) -> None:
    """Raises RuntimeError where looking failed."""
    state = camera.state(Stamp(boot_id=0, sequence=0, monotonic_us=0, wall_us=0))
    if state.condition is CameraCondition.UNREADABLE:
        raise RuntimeError(state.detail)


def _decoding_ms(url: str) -> float:
    stream = RelayStream(url, Patience())
    began_s = time.process_time()
    for _ in stream.frames():
        pass
    stream.close()
    return (time.process_time() - began_s) * 1000


def _warm_detector(reel: Reel) -> Detector:
    """What a model takes at its first call is no camera's cost."""
    detector = open_detector()
    detector.detect(np.zeros((reel.height_px, reel.width_px, 3), np.uint8))
    return detector


def main() -> None:
    """Measure and print."""
    cv2.setNumThreads(1)
    what, film = sys.argv[1], Path(sys.argv[2])
    found = cost(film) if what == "cost" else memory_mb(film, int(sys.argv[3]))
    print(msgspec.json.encode(found).decode())


if __name__ == "__main__":
    main()
