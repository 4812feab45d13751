"""What officers said of sightings: it re-ranks the rest, a photo's look counts as a sighting's does."""

from __future__ import annotations

import base64
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from devices.protocol.clock import ManualClock
from devices.protocol.sightings import Sighting
from hub.sightings import feedback as module
from hub.sightings.errors import SightingsError
from hub.sightings.feedback import Feedback
from hub.sightings.messages import Appearance, Description, Query, SearchAnswer, Verdict
from hub.sightings.service import LOOKS_WITHIN_S, SightingService
from hub.sightings.turns import GivenUp
from tests.sightings.seen import CAMERAS, NOON_US, sighting, weights

IN_RED = Query(description=Description(upper=("red",)))
CHILD, OTHER = (np.random.default_rng(seed).integers(-127, 128, 64).astype(np.int8) for seed in (1, 2))


@pytest.fixture
def service(tmp_path: Path) -> SightingService:
    """Six in red: three of one child, two of another, one who was never compared. The best fit is the other child."""
    opened = SightingService(tmp_path, ManualClock(wall_us=NOON_US))
    opened.open()
    shares = {"child-1": 0.5, "child-2": 0.45, "child-3": 0.4, "other-1": 0.7, "other-2": 0.65, "unknown": 0.6}
    for name, red in shares.items():
        look = {"child": CHILD, "other": OTHER}.get(name.split("-")[0])
        opened.add(
            sighting(
                name,
                upper=weights(red=red),
                describer="stripes-2",
                descriptor=b"" if look is None else look.tobytes(),
            )
        )
    return opened


def names(answer: SearchAnswer) -> list[str]:
    return [hit.sighting.sighting_id for hit in answer.hits]


def test_who_is_like_a_confirmed_one_comes_forward_and_it_itself_is_first(service: SightingService) -> None:
    assert names(service.search(IN_RED, CAMERAS))[:2] == ["other-1", "other-2"]
    answer = service.search(IN_RED, CAMERAS, said={"child-2": Verdict.CONFIRMED})
    assert names(answer)[:3] == ["child-2", "child-1", "child-3"]
    assert [hit.rank for hit in answer.hits] == [1, 2, 3, 4, 5, 6]
    assert [hit.verdict for hit in answer.hits[:2]] == [Verdict.CONFIRMED, None]


def test_a_rejected_one_is_left_out_and_who_looks_like_it_comes_last(service: SightingService) -> None:
    answer = service.search(IN_RED, CAMERAS, said={"other-1": Verdict.REJECTED})
    assert names(answer) == ["unknown", "child-1", "child-2", "child-3", "other-2"]
    assert [hit.doubted for hit in answer.hits] == [False] * 4 + [True]
    assert answer.rejected == 1


def test_who_is_dressed_much_like_a_rejected_one_is_not_doubted(service: SightingService) -> None:
    """At a cosine of 0.96, as a child in the like of what somebody rejected wears."""
    aside = CHILD - OTHER * (CHILD.astype(float) @ OTHER / (OTHER.astype(float) @ OTHER))
    alike = OTHER + aside * 0.29 * np.linalg.norm(OTHER.astype(float)) / np.linalg.norm(aside)
    service.add(
        sighting(
            "alike",
            upper=weights(red=0.7),
            describer="stripes-2",
            descriptor=(alike / 2).round().astype(np.int8).tobytes(),
        )
    )
    answer = service.search(IN_RED, CAMERAS, said={"other-1": Verdict.REJECTED})
    assert [hit.sighting.sighting_id for hit in answer.hits if hit.doubted] == ["other-2"]


def test_the_page_is_full_though_rejected_ones_are_left_out(service: SightingService) -> None:
    two = Query(description=IN_RED.description, limit=2)
    said = dict.fromkeys(("other-1", "other-2", "unknown"), Verdict.REJECTED)
    assert names(service.search(two, CAMERAS, said=said)) == ["child-1", "child-2"]


def test_what_was_said_does_not_count_where_the_question_says_so(service: SightingService) -> None:
    unmarked = Query(description=IN_RED.description, marked=False)
    answer = service.search(unmarked, CAMERAS, said={"other-1": Verdict.REJECTED})
    assert names(answer)[0] == "other-1"
    assert answer.rejected == 0


def test_a_sighting_that_is_kept_no_more_is_passed_over(service: SightingService) -> None:
    said = {"gone": Verdict.CONFIRMED, "gone too": Verdict.REJECTED}
    assert names(service.search(IN_RED, CAMERAS, said=said)) == names(service.search(IN_RED, CAMERAS))


def test_a_watch_heeds_it_too(service: SightingService) -> None:
    new = sighting("new", upper=weights(red=0.5), describer="stripes-2", descriptor=CHILD.tobytes())
    other = sighting("other-9", upper=weights(red=0.7), describer="stripes-2", descriptor=OTHER.tobytes())
    said = {"child-1": Verdict.CONFIRMED, "other-1": Verdict.REJECTED, "other-9": Verdict.REJECTED}
    feedback = service.feedback(said)
    hit = service.match(IN_RED, new, CAMERAS, feedback)
    bare = service.match(IN_RED, new, CAMERAS)
    assert hit is not None
    assert bare is not None
    assert hit.score > bare.score
    assert service.match(IN_RED, other, CAMERAS, feedback) is None


def test_the_look_of_a_photo_finds_who_looks_alike(service: SightingService) -> None:
    look = Appearance(describer="stripes-2", descriptor=base64.b64encode(CHILD.tobytes()).decode())
    answer = service.search(Query(like=(look,)), CAMERAS)
    assert names(answer)[:3] == ["child-1", "child-2", "child-3"]
    assert answer.words == "与照片中的人相似"


@pytest.mark.parametrize("descriptor", ["", "????", base64.b64encode(bytes(63)).decode()])
def test_a_look_that_no_describer_made_is_refused(service: SightingService, descriptor: str) -> None:
    query = Query(like=(Appearance(describer="stripes-2", descriptor=descriptor),))
    with pytest.raises(SightingsError, match="choose the photo again"):
        service.search(query, CAMERAS)


A, B, C = (np.eye(64, dtype=np.int8)[axis] for axis in range(3))


def feedback(confirmed: dict[str, bytes] | None = None, *rejected: dict[str, bytes]) -> Feedback:
    looks: dict[str, dict[str, bytes]] = {f"no-{number}": look for number, look in enumerate(rejected)}
    said = dict.fromkeys(looks, Verdict.REJECTED)
    if confirmed is not None:
        looks["yes"], said["yes"] = confirmed, Verdict.CONFIRMED
    return Feedback(said, looks.get)


def shares(look: bytes) -> list[float]:
    """The first three numbers, against the largest."""
    numbers = np.frombuffer(look, np.int8).astype(float)
    return [round(float(one), 2) for one in numbers[:3] / 127]


def test_a_confirmed_look_counts_twice_a_chosen_one_for_each_describer_and_a_long_one_no_more_than_a_short() -> None:
    found = feedback({"a": B.tobytes()}).compared([{"a": (A * 100).tobytes(), "b": b"alone"}])
    assert shares(found["a"]) == [0.5, 1, 0]
    assert found["b"] == b"alone"


def test_what_rejected_ones_look_like_is_taken_off_however_many_they_are() -> None:
    for times in (1, 20):
        found = feedback(None, *[{"a": C.tobytes(), "b": C.tobytes()}] * times).compared([{"a": A.tobytes()}])
        assert shares(found["a"]) == [1, 0, -0.3]
        assert "b" not in found


def test_what_was_said_is_made_ready_once_however_many_sightings_are_held_against_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {f"s{number}": Verdict.REJECTED if number % 2 else Verdict.CONFIRMED for number in range(60)}
    looks = dict(zip(said, np.random.default_rng(3).integers(-127, 128, (60, 64)).astype(np.int8), strict=True))
    given = Feedback(said, lambda sighting_id: {"stripes-2": looks[sighting_id].tobytes()})
    made, units = list[int](), module._units

    def counted(descriptors: Sequence[bytes]) -> NDArray[np.float64]:
        made.append(len(descriptors))
        return units(descriptors)

    monkeypatch.setattr(module, "_units", counted)
    doubted = [given.doubts(sighting("s", describer="stripes-2", descriptor=look.tobytes())) for look in looks.values()]
    assert doubted == [verdict is Verdict.REJECTED for verdict in said.values()]
    assert sum(made) == 60 + 60, "each look of the case once, and each sighting"


def test_looks_by_other_describers_are_waited_for_so_long_in_all_and_not_where_nobody_waits(tmp_path: Path) -> None:
    clock, given_up, left_s = ManualClock(wall_us=NOON_US), threading.Event(), list[float]()
    service = SightingService(tmp_path, clock)
    service.open()
    said = {f"s{number}": Verdict.CONFIRMED for number in range(4)}
    service.add_all([sighting(name, upper=weights(red=0.5), descriptor=CHILD.tobytes()) for name in said])

    def slowly(_sighting: Sighting, within_s: float) -> dict[str, bytes]:
        left_s.append(within_s)
        clock.advance(2.0)
        return {}

    service.compare_also(slowly, lambda _stripes: {})
    service.search(IN_RED, CAMERAS, given_up, said=said)
    assert left_s == [LOOKS_WITHIN_S - 2.0 * number for number in range(4)]

    def and_nobody_waits(_sighting: Sighting, _within_s: float) -> dict[str, bytes]:
        assert not given_up.is_set(), "no further look is made"
        given_up.set()
        return {}

    service.compare_also(and_nobody_waits, lambda _stripes: {})
    with pytest.raises(GivenUp):
        service.search(IN_RED, CAMERAS, given_up, said=said)
