"""``python -m hub.teaching.child``: learns from a lesson book and judges, in a process that may take its time.

Writes one line of JSON (``Attempt``) and ends. It opens no line to anything.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from random import Random

import msgspec
import numpy as np

from hub.teaching.book import LessonBook
from hub.teaching.judging import Verdict, compare
from hub.teaching.learning import learn, read
from hub.teaching.pairing import WINDOW_US
from hub.teaching.tracks import Tracks
from hub.teaching.versions import SHIPPED, Lessons, VersionFolder
from hub.vision.description.learning.drawn_people import read_drawn

LEAST_TRACKS = 200
"""With fewer nothing is tried."""
HELD_OUT = 0.3
"""The last share of tracks by when they began: they judge and do not teach."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: ``verdict`` None with too few tracks, ``file`` None where it was no better."""

    lessons: Lessons
    verdict: Verdict | None = None
    file: str | None = None


def attempt(book: Path, folder: VersionFolder, before: str) -> Attempt:
    """Learn once; ``before`` is the file in use, or SHIPPED. Raises OSError, ValueError."""
    tracks = LessonBook(book, Random(0)).read()
    lessons = Lessons(
        tracks=len(tracks),
        views=len(tracks.views),
        cameras=len(np.unique(tracks.camera)),
        half_hours=len(np.unique(tracks.started_us // WINDOW_US)),
    )
    if len(tracks) < LEAST_TRACKS:
        return Attempt(lessons=lessons)
    judges = held_out(tracks)
    learned = learn(tracks.part(~judges), read_drawn())
    former = read() if before == SHIPPED else read(folder.folder / before)
    verdict = compare(former, learned, tracks.part(judges))
    return Attempt(lessons=lessons, verdict=verdict, file=folder.keep(learned) if verdict.is_better else None)


def held_out(tracks: Tracks) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """T: whose turn it is to judge."""
    return np.asarray(tracks.started_us >= np.quantile(tracks.started_us, 1 - HELD_OUT))


def main() -> int:
    """0; 2 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="hub.teaching.child", description=__doc__)
    parser.add_argument("--book", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="of learned projections")
    parser.add_argument("--before", default=SHIPPED, help="the file in it that is in use")
    given = parser.parse_args()
    try:
        done = attempt(given.book, VersionFolder(given.folder), given.before)
    except (OSError, ValueError, KeyError) as error:
        parser.exit(2, f"nothing was learned: {error}\n")
    sys.stdout.write(msgspec.json.encode(done).decode() + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
