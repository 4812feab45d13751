"""Whether every picture that was sent is in the segments: by its content and its time, not by counting alone."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.footage.coded import CodedPicture, Coding, Form
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.reading import read_pictures
from simulators.cameras import units
from simulators.cameras.sent import SentReport

APART_US = 9_500_000
"""A picture's time by the hub's clock is at most so far from when it was sent: the last before a silence is had and
dated when the next begins, and after 8 s the stream is given up. A film's round is over twice as long (20 s)."""
_CODINGS = {Coding.H264: units.Coding.H264, Coding.H265: units.Coding.H265}


@dataclass(frozen=True)
class SentPicture:
    """One that left the camera."""

    fingerprint: bytes
    sent_at_us: int
    whole: bool


@dataclass(frozen=True)
class RecordedPicture:
    """One that is in a segment."""

    fingerprint: bytes
    wall_us: int


@dataclass(frozen=True)
class Window:
    """A time in which pictures may be lost: a declared fault, and what it takes to recover from it."""

    start_us: int
    end_us: int


@dataclass(frozen=True)
class Proof:
    """Of one camera. ``missing``: sent whole, outside every window, not recorded; ``excused``: within one.

    ``altered``: recorded outside every window, and never sent so; ``disordered``: recorded before one that was sent
    earlier. ``missing_at_us``, ``altered_at_us``: the first few.
    """

    sent: int
    recorded: int
    missing: int
    excused: int
    altered: int
    disordered: int
    missing_at_us: tuple[int, ...] = ()
    altered_at_us: tuple[int, ...] = ()


def sent_pictures(report: SentReport, stream_id: str) -> list[SentPicture]:
    """What a stream sent, in its order."""
    stream = report.streams.get(stream_id)
    if stream is None:
        return []
    entries = stream.entries()
    return [SentPicture(report.fingerprints[tape][index], at_us, whole) for tape, index, at_us, whole, _ in entries]


def recorded_pictures(footage_dir: Path, camera_id: str, from_us: int, to_us: int) -> Iterator[RecordedPicture]:
    """What is in the segments, in its order. Raises OSError."""
    coding = units.Coding.H264
    for record in read_pictures(Catalogue(footage_dir), camera_id, from_us, to_us):
        if isinstance(record, Form):
            coding = _CODINGS.get(record.coding, coding)
        elif isinstance(record, CodedPicture):
            yield RecordedPicture(units.fingerprint(units.of_annex_b(record.data), coding), record.wall_us)


def prove(sent: Sequence[SentPicture], recorded: Iterable[RecordedPicture], windows: Sequence[Window] = ()) -> Proof:
    """Each recorded picture is one sent picture of the same content, the nearest in time that is not taken."""
    waiting: dict[bytes, list[int]] = defaultdict(list)
    for number, picture in enumerate(sent):
        waiting[picture.fingerprint].append(number)
    found = [False] * len(sent)
    count = disordered = 0
    altered: list[int] = []
    last = -1
    for one in recorded:
        count += 1
        nearest = _nearest(waiting.get(one.fingerprint, []), sent, one.wall_us)
        if nearest is None:
            if not _is_within(one.wall_us, windows):
                altered.append(one.wall_us)
            continue
        waiting[one.fingerprint].remove(nearest)
        found[nearest] = True
        disordered += nearest < last
        last = nearest
    lost = [picture.sent_at_us for picture, is_found in zip(sent, found, strict=True) if picture.whole and not is_found]
    missing = [at_us for at_us in lost if not _is_within(at_us, windows)]
    return Proof(
        len(sent),
        count,
        len(missing),
        len(lost) - len(missing),
        len(altered),
        disordered,
        tuple(missing[:5]),
        tuple(altered[:5]),
    )


def _nearest(numbers: Sequence[int], sent: Sequence[SentPicture], wall_us: int) -> int | None:
    at = bisect_left(numbers, wall_us, key=lambda number: sent[number].sent_at_us)
    near = [number for number in numbers[max(at - 1, 0) : at + 1] if abs(sent[number].sent_at_us - wall_us) < APART_US]
    return min(near, key=lambda number: abs(sent[number].sent_at_us - wall_us), default=None)


def _is_within(at_us: int, windows: Sequence[Window]) -> bool:
    return any(window.start_us <= at_us <= window.end_us for window in windows)
