"""Makes a community's folder: documents, truth and films; reuses what fits, goes on where an earlier run stopped."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from simulators.community.documents import community_document, map_document
from simulators.community.film import render_film
from simulators.community.parameters import GENERATOR_VERSION, Parameters
from simulators.community.scene import Scene, make_scene, truth_of
from simulators.community.truth import FILE as TRUTH_FILE

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

MANIFEST = "manifest.json"
_UNFINISHED = "unfinished.json"
_NICENESS = 10
_WAIT_S = 0.2


class Manifest(msgspec.Struct, frozen=True):
    """Written last: a folder with a manifest is complete. Films are named by camera and given with their sizes."""

    fingerprint: str
    version: int
    seed: int
    seconds: int
    cameras: int
    passers_by: int
    film_bytes: dict[str, int]


class Progress(msgspec.Struct, frozen=True):
    """How far a build is, in frames."""

    frames_done: int
    frames_total: int
    elapsed_s: float


class BuildError(RuntimeError):
    """A film could not be rendered, or the build was stopped; says which and what to do."""


@dataclass(frozen=True)
class Built:
    """A finished folder; ``reused`` when it was already there."""

    folder: Path
    manifest: Manifest
    reused: bool
    elapsed_s: float


def film_path(folder: Path, camera_id: str) -> Path:
    """Where a camera's film is."""
    return folder / "video" / f"{camera_id}.mp4"


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a complete folder, or None: none, unreadable, or a film is missing or has another size."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        whole = all(film_path(folder, name).stat().st_size == size for name, size in manifest.film_bytes.items())
    except (OSError, msgspec.MsgspecError):
        return None
    return manifest if whole else None


def is_ready(folder: Path, parameters: Parameters) -> bool:
    """Whether ``build`` would return at once."""
    manifest = read_manifest(folder)
    return manifest is not None and manifest.fingerprint == parameters.fingerprint()


def build(
    folder: Path,
    parameters: Parameters,
    progress: Callable[[Progress], None],
    processes: int | None = None,
    stop: threading.Event | None = None,
) -> Built:
    """Make the folder what ``parameters`` say, rendering in low-priority child processes (as many as cores by default).

    An interrupted build leaves whole films only and goes on at the next call. Set ``stop`` from another thread to end
    it. Raises BuildError when stopped or when a child fails. One build at a time may work in a folder.
    """
    began = time.monotonic()
    manifest = read_manifest(folder)
    if manifest is not None and manifest.fingerprint == parameters.fingerprint():
        return Built(folder, manifest, True, 0.0)
    scene = make_scene(parameters)
    camera_ids = [camera.camera_id for camera in scene.placement.cameras]
    _prepare(folder, parameters, camera_ids)
    _write(folder / "community.json", msgspec.json.encode(community_document(scene)))
    _write(folder / "map.geojson", msgspec.json.encode(map_document(scene)))
    missing = [camera_id for camera_id in camera_ids if not film_path(folder, camera_id).exists()]
    done = parameters.frames * (len(camera_ids) - len(missing))
    total = parameters.frames * len(camera_ids)

    def tell(frames: int) -> None:
        progress(Progress(frames, total, round(time.monotonic() - began, 1)))

    tell(done)
    _render_all(folder, parameters, missing, processes or os.cpu_count() or 1, done, tell, stop)
    _write(folder / TRUTH_FILE, msgspec.json.encode(truth_of(scene)))
    manifest = _manifest(folder, parameters, scene)
    _write(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    (folder / _UNFINISHED).unlink()
    return Built(folder, manifest, False, round(time.monotonic() - began, 1))


def _manifest(folder: Path, parameters: Parameters, scene: Scene) -> Manifest:
    sizes = {camera.camera_id: film_path(folder, camera.camera_id).stat().st_size for camera in scene.placement.cameras}
    return Manifest(
        fingerprint=parameters.fingerprint(),
        version=GENERATOR_VERSION,
        seed=parameters.seed,
        seconds=parameters.seconds,
        cameras=parameters.cameras,
        passers_by=parameters.passers_by,
        film_bytes=sizes,
    )


def _prepare(folder: Path, parameters: Parameters, camera_ids: list[str]) -> None:
    """Note what is being made; films of another making are removed, other files are left alone."""
    (folder / "video").mkdir(parents=True, exist_ok=True)
    (folder / "truth").mkdir(exist_ok=True)
    note = folder / _UNFINISHED
    fingerprint = parameters.fingerprint().encode()
    (folder / MANIFEST).unlink(missing_ok=True)
    for partial in (folder / "video").glob("C*.part"):
        partial.unlink()
    if not note.exists() or note.read_bytes() != fingerprint:
        for film in (folder / "video").glob("C*.mp4"):
            film.unlink()
        _write(note, fingerprint)


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    partial.replace(path)


def _render_all(
    folder: Path,
    parameters: Parameters,
    camera_ids: list[str],
    processes: int,
    done: int,
    tell: Callable[[int], None],
    stop: threading.Event | None,
) -> None:
    context = multiprocessing.get_context("spawn")
    tasks: Queue[str | None] = context.Queue()
    reports: Queue[int] = context.Queue()
    count = min(processes, len(camera_ids))
    for task in [*camera_ids, *[None] * count]:
        tasks.put(task)
    children: list[BaseProcess] = [
        context.Process(
            target=_render_some, args=(folder, parameters, tasks, reports, os.getpid()), daemon=True, name=f"film-{n}"
        )
        for n in range(count)
    ]
    try:
        for child in children:
            child.start()
        while any(child.is_alive() for child in children) or not reports.empty():
            try:
                done += reports.get(timeout=_WAIT_S)
                tell(done)
            except queue.Empty:
                pass
            if stop is not None and stop.is_set():
                raise BuildError("the build was stopped; start it again to go on")
            failed = [child for child in children if child.exitcode not in (None, 0)]
            if failed:
                raise BuildError(
                    f"rendering process {failed[0].name} ended with code {failed[0].exitcode}; start again"
                )
    finally:
        for child in children:
            if child.is_alive():
                child.terminate()
        for child in children:
            if child.pid is not None:
                child.join()
        for channel in (tasks, reports):
            channel.cancel_join_thread()
            channel.close()


def _render_some(
    folder: Path, parameters: Parameters, tasks: Queue[str | None], reports: Queue[int], parent: int
) -> None:
    """A child's life: one film after another until there are no more, or until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)
    scene = make_scene(parameters)
    cameras = {camera.camera_id: camera for camera in scene.placement.cameras}

    def report(frames: int) -> None:
        if os.getppid() != parent:
            raise SystemExit(1)
        reports.put(frames)

    while (camera_id := tasks.get()) is not None:
        render_film(cameras[camera_id], scene.people, scene.times_s, film_path(folder, camera_id), report)
