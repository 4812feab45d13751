"""What a site teaches finds people again on other cameras; the judge, who knows nobody, takes it and nothing worse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hub.teaching.judging import compare
from hub.teaching.learning import Learned, learn, read
from hub.teaching.pairing import mutual, unit
from hub.teaching.tracks import Tracks, tracks_of
from hub.vision.description.descriptor import BYTES, Projection
from hub.vision.description.learning.drawn_people import Drawn, read_drawn
from hub.vision.description.stripe_numbers import SIZE
from tests.teaching.site import CAMERAS, lessons


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return read_drawn()


@pytest.fixture(scope="module")
def taught(drawn: Drawn) -> Learned:
    return learn(tracks_of(lessons(40)), drawn)


@pytest.fixture(scope="module")
def others() -> Tracks:
    """Other people of the same site."""
    return tracks_of(lessons(40, seed=2))


def found_again(projection: Learned, tracks: Tracks) -> float:
    """How often the most alike track of another camera is the same person's."""
    descriptors = projection.descriptors(tracks)
    cosines = descriptors @ descriptors.T
    cosines[tracks.camera[:, None] == tracks.camera] = -2
    person = np.arange(len(tracks)) // len(CAMERAS)
    return float((person[cosines.argmax(axis=1)] == person).mean())


def test_people_whom_nobody_taught_are_found_again_more_often(taught: Learned, others: Tracks) -> None:
    assert found_again(taught, others) > found_again(read(), others) + 0.1


def test_the_judge_takes_the_better_projection_without_knowing_anybody(taught: Learned, others: Tracks) -> None:
    verdict = compare(read(), taught, others)
    assert verdict.is_better
    assert verdict.after.reciprocal_rank > verdict.before.reciprocal_rank
    assert 1 <= verdict.after.usual_rank < verdict.before.usual_rank


def test_the_judge_refuses_the_worse_one(taught: Learned, others: Tracks) -> None:
    rng = np.random.default_rng(1)
    random = Learned(taught.mean, rng.normal(size=(SIZE, BYTES)).astype(np.float16))
    lights = Learned(taught.mean, taught.projection * (np.arange(BYTES) >= 40))  # what tells people apart is left out
    assert not compare(taught, random, others).is_better
    assert not compare(taught, lights, others).is_better
    assert not compare(taught, taught, others).is_better, "nothing is described anew for nothing"


def test_too_few_people_decide_nothing(taught: Learned) -> None:
    few = tracks_of(lessons(9, seed=2))
    assert not compare(read(), taught, few).is_better


def test_one_track_teaches_nothing(drawn: Drawn) -> None:
    with pytest.raises(ValueError, match="1 tracks"):
        learn(tracks_of(lessons(1)[:1]), drawn)


def test_what_is_written_is_what_the_describer_reads(taught: Learned, tmp_path: Path, others: Tracks) -> None:
    taught.write(tmp_path / "learned.npz")
    view = others.views[0].astype(np.float32) / 255
    described = Projection(tmp_path / "learned.npz").of(view)
    one = Tracks(others.views[:1], *(np.zeros(1, np.int64) for _ in range(3)))
    assert described @ taught.descriptors(one)[0] > 0.999


def test_people_are_paired_within_half_an_hour_only() -> None:
    tracks = tracks_of(lessons(61))
    descriptors = unit(np.repeat(np.arange(1.0, 62), len(CAMERAS))[:, None] ** np.arange(3) / 61)
    pairs = mutual(tracks, descriptors)
    window = tracks.started_us // 1_800_000_000
    assert len(pairs)
    assert (window[pairs[:, 0]] == window[pairs[:, 1]]).all()
    assert (tracks.camera[pairs[:, 0]] != tracks.camera[pairs[:, 1]]).all()
    partners = [(one, tracks.camera[other]) for one, other in np.concatenate([pairs, pairs[:, ::-1]])]
    assert len(partners) == len(set(partners)), "nobody is two people who were seen at once on one camera"
