"""What a yes and a no are worth is measured on those hits alone of which nothing was said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from hub.sightings.evaluate import Crop
from hub.sightings.evaluate_feedback import Ranked, by_photo, gains
from hub.sightings.feedback import Said
from hub.sightings.messages import Verdict
from hub.vision.description.describer import Appearance
from tests.sightings.seen import weights

ORDER = ("wrong-1", "right-1", "wrong-2", "right-2", "right-3", "right-4")
RIGHT = {name for name in ORDER if name.startswith("right")}


def test_the_same_hits_are_ranked_before_and_after() -> None:
    def ask(said: Said) -> Sequence[str]:
        """A search that, once told anything, puts all right ones first."""
        return sorted(ORDER) if said else ORDER

    found = gains([(ask, RIGHT)])
    assert found["one_no"].before == Ranked(
        rank1=1.0, map=round((1 + 2 / 3 + 3 / 4 + 4 / 5) / 4, 3), precision_at_10=1.0
    )
    assert found["one_yes"].before.rank1 == 0
    assert found["one_yes"].after == found["one_no"].after == Ranked(rank1=1.0, map=1.0, precision_at_10=1.0)
    assert "ten_no" not in found


def test_the_first_right_ones_are_confirmed_and_the_first_wrong_ones_rejected() -> None:
    heard: list[Said] = []

    def ask(said: Said) -> Sequence[str]:
        heard.append(said)
        return ORDER

    gains([(ask, RIGHT)])
    assert heard[4] == {"right-1": Verdict.CONFIRMED, "wrong-1": Verdict.REJECTED}


def test_who_is_seen_too_seldom_is_not_asked_for() -> None:
    with pytest.raises(ValueError, match="nobody is seen 4 times"):
        gains([(lambda _said: ORDER, {"right-1", "right-2", "right-3"})])


def test_a_person_who_looks_different_from_the_front_and_from_behind_is_found_after_a_yes() -> None:
    """Each of four is asked for from the front; others share that look, nobody the one from behind."""
    random = np.random.default_rng(4)
    front, people = random.normal(size=64), []
    for identity in range(4):
        behind, own = random.normal(size=64), random.normal(size=64)
        looks = [
            ("c1", front),
            ("c2", front * 0.6 + behind),
            *((f"c{camera}", behind + own * 0.3) for camera in (3, 4, 5, 6)),
        ]
        people += [_crop(identity, camera, look) for camera, look in looks]
    found = by_photo(people)
    for half in (found.chosen_on, found.held_out):
        assert half["one_yes"].after.map > half["one_yes"].before.map


def _crop(identity: int, camera: str, look: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Crop:
    descriptor = np.round(look * (127 / np.abs(look).max())).astype(np.int8).tobytes()
    red = weights(red=1.0)
    return Crop(
        identity,
        camera,
        Appearance(upper=red, lower=red, upper_pattern=(), describer="stripes-2", descriptor=descriptor),
    )
