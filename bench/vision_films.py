"""The films of ``qianshao bench vision``: one street of the simulated community, quiet, normal and crowded.

480x360 at 25 pictures a second, coded as a camera's small stream is: H.264 main profile, 500 kbit/s, a key picture each
2 s, no picture that no other needs. Rendered once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from simulators.community.arrays import Floats, Image
from simulators.community.film import Filming, render_film
from simulators.community.ground import Line, Point
from simulators.community.parameters import Parameters
from simulators.community.people import Person, PersonKind
from simulators.community.placement import SceneCamera
from simulators.community.scene import make_scene

RATE_HZ = 25
WIDTH_PX, HEIGHT_PX = 480, 360
_VERSION = 3
"""Grows when the films become others; those of an earlier one are rendered anew."""
_BIT_RATE = 500_000
FILMING = Filming(
    RATE_HZ,
    key_every=50,
    options={
        "preset": "veryfast",
        "profile": "main",
        "maxrate": str(_BIT_RATE),
        "bufsize": str(_BIT_RATE),
        "b": str(_BIT_RATE),
        "bf": "0",
        "x264-params": "scenecut=0:rc-lookahead=10:ref=1",
    },
)
"""A constant bit rate, with which also a still picture's noise is coded: the dearest quiet to decode."""
_REACH_M = 220.0
"""So far along the street, each way, a passer-by comes from and goes to."""
_START_M = 1.0
"""The library takes the direction of walking from 0.9 m behind."""
_NICENESS = 10


@dataclass(frozen=True)
class Street:
    """A kind of film: how long it is, who passes when (seconds when he is before the camera; metres from it), how many
    stay in view all the time, and whether the time of day is written into the picture, as cameras do."""

    seconds: int
    passing: tuple[tuple[float, float], ...] = ()
    staying: int = 0
    clock: bool = False


STREETS = {
    "quiet": Street(60),
    "clock": Street(60, clock=True),
    "normal": Street(100, passing=((20.0, 7.0), (68.0, 6.0), (68.8, 8.5)), clock=True),
    "crowded": Street(60, staying=9, clock=True),
}
"""Quiet: nothing moves but noise. Clock: nor anything but the time of day in the picture. Normal: somebody is in view a
fifth of the time. Crowded: five and more always, from the first picture on."""


def make_films(folder: Path, progress: Callable[[str], None]) -> dict[str, Path]:
    """The films by kind; those that are missing are rendered at low priority. Raises OSError, CalledProcessError."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {kind: folder / f"{kind}.mp4" for kind in STREETS}
    for kind, path in made.items():
        if not _fits(path):
            progress(kind)
            subprocess.run([sys.executable, "-m", "bench.vision_films", str(path), kind], check=True)
    return made


def _fits(path: Path) -> bool:
    note = path.with_suffix(".version")
    return path.is_file() and note.is_file() and note.read_text() == str(_VERSION)


def cast(street: Street) -> tuple[SceneCamera, list[Person]]:
    """The camera, and who walks before it."""
    scene = make_scene(Parameters(seed=7, cameras=4, passers_by=40))
    camera = _smaller(scene.placement.cameras[0])
    adults = [person for person in scene.people if person.kind is PersonKind.ADULT]
    people = [_passing(adults[number], camera, *when) for number, when in enumerate(street.passing)]
    people += [_staying(adults[number], camera, number, street) for number in range(street.staying)]
    return camera, people


def times_s(street: Street) -> Floats:
    """Of its pictures."""
    return np.arange(street.seconds * RATE_HZ) / RATE_HZ


def render(street: Street, path: Path) -> None:
    """One film. Raises OSError."""
    camera, people = cast(street)
    write = _write_time if street.clock else _write_nothing
    render_film(camera, people, times_s(street), path, lambda _: None, replace(FILMING, write=write))


def _smaller(camera: SceneCamera) -> SceneCamera:
    """The same view in the size of a small stream."""
    focal_px = camera.viewpoint.focal_px * WIDTH_PX / camera.viewpoint.width_px
    viewpoint = replace(camera.viewpoint, width_px=WIDTH_PX, height_px=HEIGHT_PX, focal_px=focal_px)
    return replace(camera, viewpoint=viewpoint)


def _ground(camera: SceneCamera, along_m: float, across_m: float) -> Point:
    """The point so far along the street from the middle of the picture, and so far from the camera's own front."""
    view = np.array(
        [np.sin(np.radians(camera.viewpoint.heading_deg)), np.cos(np.radians(camera.viewpoint.heading_deg))]
    )
    along, across = np.array(camera.street.along), np.array(camera.street.across)
    middle_m = across_m * float(view @ along) / float(view @ across)
    stand = np.array([camera.viewpoint.east_m, camera.viewpoint.north_m])
    east, north = stand + (middle_m + along_m) * along + across_m * across
    return Point(float(east), float(north))


def _passing(person: Person, camera: SceneCamera, at_s: float, across_m: float) -> Person:
    way = Line.through([_ground(camera, side * _REACH_M, across_m) for side in (-1, 1)])
    return replace(person, way=way, start_m=_REACH_M - person.speed_m_s * at_s)


def _staying(person: Person, camera: SceneCamera, number: int, street: Street) -> Person:
    """Round and round an oval that is wholly in view, the next person farther away and the other way round."""
    across_m = 5.2 + 5.4 * number / street.staying
    wide_m, deep_m = 0.36 * across_m, 0.5
    turns = street.seconds * 2 // (2 * wide_m) + 1
    angles = np.arange(0, turns * 2 * np.pi, np.pi / 8) * (1 if number % 2 else -1) + number
    points = [_ground(camera, wide_m * np.cos(angle), across_m + deep_m * np.sin(angle)) for angle in angles]
    return replace(person, way=Line.through(points), start_m=_START_M)


def _write_nothing(picture: Image, camera_id: str, number: int) -> None:
    pass


def _write_time(picture: Image, camera_id: str, number: int) -> None:
    """The time of day at the top left, white with a dark rim, as cameras write it."""
    text = f"2026-11-22 16:{20 + number // RATE_HZ // 60:02d}:{number // RATE_HZ % 60:02d}"
    for colour, width in (((20, 20, 20), 3), ((240, 240, 240), 1)):
        cv2.putText(picture, text, (8, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, width, cv2.LINE_AA)


def main() -> None:
    """Render one film, as ``make_films`` asks for it."""
    path = Path(sys.argv[1])
    os.nice(_NICENESS)
    render(STREETS[sys.argv[2]], path)
    path.with_suffix(".version").write_text(str(_VERSION))


if __name__ == "__main__":
    main()
