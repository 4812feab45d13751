"""A sequence in MOTChallenge's layout: where its pictures are, and its labels.

https://motchallenge.net/instructions: ``gt.txt`` rows are frame, id, left, top, width, height, flag, then class and
visibility (MOT16 and later: 9 columns) or world coordinates (MOT15: 10 columns).
"""

from __future__ import annotations

from configparser import ConfigParser
from configparser import Error as ConfigError
from pathlib import Path
from typing import NamedTuple

from hub.vision.boxes import Box

_VIDEOS = frozenset({".mp4", ".mkv", ".avi", ".webm", ".mov", ".m4v", ".mpg", ".mpeg", ".ts"})
_PEDESTRIAN = 1


class SequenceError(ValueError):
    """A folder that is not such a sequence; says what is missing or wrong."""


class Labelled(NamedTuple):
    """One labelled person in one frame."""

    identity: int
    box: Box


def pictures(sequence: Path) -> Path:
    """The sequence's folder of pictures or its video. Raises SequenceError."""
    if not sequence.is_dir():
        raise SequenceError(f"{sequence} is not a folder")
    ini = ConfigParser()
    file = sequence / "seqinfo.ini"
    if file.is_file():
        try:
            ini.read_string(file.read_text(encoding="utf-8"))
        except (ConfigError, ValueError, OSError) as error:
            raise SequenceError(f"{file} cannot be read: {error}") from None
    for key in ("imDir", "video"):
        named = ini.get("Sequence", key, fallback=None)
        if named and (sequence / named).exists():
            return sequence / named
        if named:
            raise SequenceError(f"{file} names {key}={named}, which is not in {sequence}")
    if (sequence / "img1").is_dir():
        return sequence / "img1"
    videos = [path for path in sequence.iterdir() if path.suffix.lower() in _VIDEOS]
    if len(videos) != 1:
        raise SequenceError(f"{sequence} holds neither img1/ nor exactly one video, but {len(videos)}")
    return videos[0]


def labels(sequence: Path) -> dict[int, list[Labelled]]:
    """The labelled persons by frame number, from 1. Raises SequenceError naming the line that makes no sense."""
    file = next((path for path in (sequence / "gt" / "gt.txt", sequence / "gt.txt") if path.is_file()), None)
    if file is None:
        raise SequenceError(f"{sequence} holds neither gt/gt.txt nor gt.txt")
    by_frame: dict[int, list[Labelled]] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = [float(part) for part in line.split(",")]
            frame, identity, left, top, width, height = row[:6]
        except ValueError:
            raise SequenceError(
                f"{file} line {number} is not frame,id,left,top,width,height,…: {line[:80]!r}"
            ) from None
        ignored = (len(row) > 6 and row[6] == 0) or (len(row) == 9 and row[7] != _PEDESTRIAN)
        if not ignored:
            by_frame.setdefault(int(frame), []).append(Labelled(int(identity), Box(left, top, width, height)))
    if not by_frame:
        raise SequenceError(f"{file} labels nobody")
    return by_frame
