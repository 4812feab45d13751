"""Measures retrieval on labelled crops, through the store's own rows and the search's own ranking."""

from __future__ import annotations

import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from devices.protocol.sightings import BoxAt, Sighting
from hub.sightings.columns import Table
from hub.sightings.messages import Description
from hub.sightings.scoring import Likeness, Wanted
from hub.sightings.search import rank
from hub.sightings.span import Span
from hub.sightings.store import Store
from hub.vision.description.describer import Appearance, Describer
from hub.vision.description.descriptor import Descriptor, StripesDescriptor
from hub.vision.description.kept_stripes import mean_of
from hub.vision.description.view import View
from hub.vision.tracking.views import MOST_VIEWS, sharpness

_NAME = re.compile(r"(-?\d+)_c(\d+)")
_STARTED_US = 1_767_225_600_000_000
_NO_TIME = Span(None, None)


class Row(StrEnum):
    """What a row of the gallery is described from."""

    CROP = "crop"
    """Each crop is one, as Market-1501 has it."""
    TRACK = "track"
    """What one camera saw of one identity: its sharpest views together, as vision describes a sighting."""
    PICTURE = "picture"
    """The same by its sharpest picture alone, as a sighting that was described anew from the one that is kept."""
    STRIPES = "stripes"
    """A track by the numbers that are kept with a sighting, as one of today is described anew."""


@dataclass(frozen=True)
class RetrievalReport:
    """Market-1501's measures, 0..1; times are of description alone, on one thread."""

    rank1: float
    rank5: float
    map: float
    queries: int
    gallery: int
    identities: int
    ms_per_crop: float
    descriptor_bytes: int


@dataclass(frozen=True)
class Retrieved:
    """The measures of ``queries`` that have somebody to find."""

    queries: int
    rank1: float
    rank5: float
    map: float


@dataclass(frozen=True)
class Crop:
    """A described picture, or track, and whose it is."""

    identity: int
    camera: str
    appearance: Appearance


class _Picture(NamedTuple):
    identity: int
    camera: str
    view: View


def evaluate_retrieval(crops_dir: Path, descriptor: Descriptor | None = None, row: Row = Row.CROP) -> RetrievalReport:
    """Each query, which is one crop, against the gallery, the same identity on the same camera left out.

    ``crops_dir`` holds crops named as Market-1501 names them: flat, where each is a query against all others, or in
    query/ and gallery/ (identities below 1 in the gallery are distractors). Raises ValueError without any crop.
    """
    describer = Describer(descriptor=descriptor)
    started = time.perf_counter()
    if (crops_dir / "query").is_dir():
        asked, kept = (_pictures(crops_dir / part) for part in ("query", "gallery"))
        queries, gallery = _described(asked, describer), _described(kept, describer)
        described = len(queries) + len(gallery)
    else:
        kept = _pictures(crops_dir)
        queries = gallery = _described(kept, describer)
        described = len(gallery)
    ms_per_crop = (time.perf_counter() - started) * 1000 / described
    if row is not Row.CROP:
        gallery = _tracks(kept, describer, 1 if row is Row.PICTURE else MOST_VIEWS)
    if row is Row.STRIPES:
        gallery = [_anew(track, descriptor or StripesDescriptor()) for track in gallery]
    found = retrieve(queries, gallery)
    if not found.queries:
        raise ValueError(f"no identity in {crops_dir} is seen by two cameras")
    return RetrievalReport(
        rank1=found.rank1,
        rank5=found.rank5,
        map=found.map,
        queries=found.queries,
        gallery=len(gallery),
        identities=len({crop.identity for crop in queries}),
        ms_per_crop=round(ms_per_crop, 2),
        descriptor_bytes=len(gallery[0].appearance.descriptor),
    )


def retrieve(queries: Sequence[Crop], gallery: Sequence[Crop]) -> Retrieved:
    """Each query against the gallery through a store of its own; with ``queries`` 0 nobody is on two cameras."""
    with tempfile.TemporaryDirectory() as directory:
        orders = _rank_all(Path(directory), queries, gallery)
    results = [_measures(gallery, query, order) for query, order in zip(queries, orders, strict=True)]
    scored = np.array([result for result in results if result is not None]).reshape(-1, 3)
    rank1, rank5, mean_precision = scored.mean(axis=0).tolist() if len(scored) else (0.0, 0.0, 0.0)
    return Retrieved(len(scored), round(rank1, 4), round(rank5, 4), round(mean_precision, 4))


def described_crops(folder: Path, describer: Describer) -> list[Crop]:
    """Each crop of a folder, named as Market-1501 names them. Raises ValueError without any."""
    return _described(_pictures(folder), describer)


def _pictures(folder: Path) -> list[_Picture]:
    crops = []
    for path in sorted(folder.glob("*.jpg")) + sorted(folder.glob("*.png")):
        match = _NAME.match(path.name)
        picture = cv2.imread(str(path))
        if match is None or picture is None:
            raise ValueError(f"{path} is no crop named as Market-1501 names them (0001_c1s1_000151_01.jpg)")
        view = View(np.asarray(picture, np.uint8), (0, 0, picture.shape[1], picture.shape[0]), False, 1.0)
        crops.append(_Picture(int(match[1]), f"c{match[2]}", view))
    if not crops:
        raise ValueError(f"{folder} holds no .jpg or .png")
    return crops


def _described(pictures: Sequence[_Picture], describer: Describer) -> list[Crop]:
    return [Crop(one.identity, one.camera, describer.describe([one.view])) for one in pictures]


def _tracks(pictures: Sequence[_Picture], describer: Describer, most_views: int) -> list[Crop]:
    """One for each identity and camera, from its sharpest views."""
    tracks: dict[tuple[int, str], list[View]] = defaultdict(list)
    for one in pictures:
        tracks[one.identity, one.camera].append(one.view)
    best = {track: sorted(views, key=sharpness, reverse=True)[:most_views] for track, views in tracks.items()}
    return [Crop(*track, describer.describe(views)) for track, views in best.items()]


def _anew(track: Crop, descriptor: Descriptor) -> Crop:
    """Raises ValueError for a descriptor that is not made of stripes."""
    if track.appearance.stripes is None:
        raise ValueError("this descriptor is not made of colour stripes")
    made = descriptor.of([], [mean_of(track.appearance.stripes)], np.ones(1))
    return replace(track, appearance=replace(track.appearance, descriptor=made))


def _rank_all(directory: Path, queries: Sequence[Crop], gallery: Sequence[Crop]) -> list[list[int]]:
    """For each query the gallery's numbers, best first, as the search ranks what the sealed store holds."""
    store = Store(directory)
    try:
        store.add([sighting_of(number, crop) for number, crop in enumerate(gallery)], _STARTED_US)
        store.seal_due(_STARTED_US + 24 * 3_600_000_000)
        tables = store.tables(None, None)
        cameras = frozenset(crop.camera for crop in gallery)
        return [_order(tables, cameras, query, len(gallery)) for query in queries]
    finally:
        store.close()


def _order(tables: Sequence[Table], cameras: frozenset[str], query: Crop, limit: int) -> list[int]:
    like = Likeness({query.appearance.describer: query.appearance.descriptor})
    ranking = rank(tables, cameras, _NO_TIME, Wanted(Description(), like), limit)
    return [(found.started_us - _STARTED_US) // 1000 for found in ranking.best]


def sighting_of(number: int, crop: Crop) -> Sighting:
    """The crop as a sighting that begins ``number`` milliseconds into an hour, by which it is known again."""
    return Sighting(
        sighting_id=f"crop-{number}",
        camera_id=crop.camera,
        started_at_us=_STARTED_US + number * 1000,
        ended_at_us=_STARTED_US + number * 1000,
        ended=True,
        frame_width_px=1,
        frame_height_px=1,
        path=(),
        score=1.0,
        picture_jpeg=b"",
        picture_box=BoxAt(0, 0, 0, 1, 1),
        upper=crop.appearance.upper,
        lower=crop.appearance.lower,
        describer=crop.appearance.describer,
        descriptor=crop.appearance.descriptor,
    )


def _measures(gallery: Sequence[Crop], query: Crop, order: list[int]) -> tuple[bool, bool, float] | None:
    """Rank-1, rank-5 and average precision of one query; None when no other camera saw the identity."""
    same = np.array([gallery[number].identity == query.identity for number in order])
    same_camera = np.array([gallery[number].camera == query.camera for number in order])
    junk = same & same_camera
    hits = same[~junk]
    if not hits.any():
        return None
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return bool(hits[0]), bool(hits[:5].any()), float((precision * hits).sum() / hits.sum())
