"""The search is exact, filters before it ranks, ranks unsure as unsure, and goes on while sightings come in."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from devices.protocol.clock import ManualClock
from devices.protocol.sightings import Movement, Sighting
from hub.sightings.errors import SightingsError
from hub.sightings.messages import Age, Appearance, CameraPlace, Description, Field, Query, Weights
from hub.sightings.rows import HOUR_US
from hub.sightings.service import SightingService
from hub.sightings.turns import GivenUp
from tests.sightings.homes import HOMES, opening
from tests.sightings.seen import CAMERAS, NOON_US, random_sightings, sighting, weights

RED_OVER_BLUE = Description(upper=("red",), lower=("blue",), height_m=1.1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_us=NOON_US)


@pytest.fixture(params=HOMES)
def service(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[SightingService]:
    opened = SightingService(tmp_path, clock, home=opening(request.param, tmp_path, clock))
    opened.open()
    yield opened
    opened.close()


def found(service: SightingService, query: Query, cameras: tuple[CameraPlace, ...] = CAMERAS) -> list[str]:
    return [hit.sighting.sighting_id for hit in service.search(query, cameras).hits]


def test_the_child_described_comes_first(service: SightingService) -> None:
    service.add(sighting("adult", height_m=1.7, child=0.0))
    service.add(sighting("other clothes", upper=weights(black=0.9), lower=weights(black=0.9)))
    service.add(sighting("child"))
    assert found(service, Query(description=RED_OVER_BLUE))[0] == "child"


def test_latest_of_one_camera_are_found_by_time_alone(service: SightingService, clock: ManualClock) -> None:
    everyone = random_sightings(200, np.random.default_rng(5))
    made = [one for one in everyone if one.camera_id == "C02"]
    service.add_all(everyone[:150])
    clock.advance(8 * 3600)
    service.seal_due()
    service.add_all(everyone[150:])
    service.add(late := sighting("late", camera_id="C02", started_at_us=NOON_US + 7 * HOUR_US))
    newest_first = [late, *sorted(made, key=lambda one: -one.started_at_us)]
    assert service.latest("C02", NOON_US, NOON_US + 8 * HOUR_US, 20) == newest_first[:20]
    inner = [one for one in newest_first if NOON_US + HOUR_US < one.started_at_us < NOON_US + 2 * HOUR_US]
    assert set(inner) <= set(service.latest("C02", NOON_US + HOUR_US, NOON_US + 2 * HOUR_US, 500))
    assert service.latest("C09", NOON_US, NOON_US + HOUR_US, 5) == []


@pytest.mark.parametrize("service", ["segments"], indirect=True)  # test_homes.py compares both
def test_every_order_equals_a_comparison_one_by_one(service: SightingService, clock: ManualClock) -> None:
    made = random_sightings(400, np.random.default_rng(7))
    service.add_all(made[:300])
    clock.advance(8 * 3600)
    service.add(sighting("s-late", started_at_us=NOON_US + 5 * HOUR_US))
    service.seal_due()
    assert service.counts().segments >= 3
    service.add_all(made[300:])
    everyone = {one.sighting_id: one for one in [*made, sighting("s-late", started_at_us=NOON_US + 5 * HOUR_US)]}
    queries = [
        Query(description=RED_OVER_BLUE, limit=30),
        Query(description=Description(upper=("grey", "white"), age=Age.CHILD), camera_ids=("C02", "C03"), limit=30),
        Query(like_sighting_id="s5", limit=30),
        Query(
            description=Description(height_m=1.3),
            like_sighting_id="s9",
            since_at_ms=NOON_US // 1000 + 1_800_000,
            until_at_ms=NOON_US // 1000 + 5_400_000,
            limit=30,
        ),
    ]
    for query in queries:
        hits = service.search(query, CAMERAS).hits
        scores = {}
        for one in everyone.values():
            match = service.match(query, one, CAMERAS)
            if match is not None and one.sighting_id != query.like_sighting_id:
                scores[one.sighting_id] = match.score
        best = sorted(scores.values(), reverse=True)[:30]
        assert [hit.score for hit in hits] == best
        assert all(hit.score == scores[hit.sighting.sighting_id] for hit in hits)


def test_hours_whose_looks_cannot_be_compared_are_counted(service: SightingService) -> None:
    for number in range(3):
        service.add(sighting(f"today {number}"))
        service.add(sighting(f"described before {number}", describer="test-0", started_at_us=NOON_US + 2 * HOUR_US))
    look = base64.b64encode(sighting().descriptor).decode()
    alike = Query(like=(Appearance(describer="test-1", descriptor=look),))
    assert service.search(alike, CAMERAS).coverage.sightings_not_comparable == 3
    described = service.search(Query(description=RED_OVER_BLUE), CAMERAS).coverage
    assert (described.sightings_considered, described.sightings_not_comparable) == (6, 0)


def test_place_and_time_are_filtered_before_ranking(service: SightingService) -> None:
    service.add(sighting("poor match here", camera_id="C03", upper=weights(green=0.9)))
    service.add_all([sighting(f"good match elsewhere {number}") for number in range(100)])
    here = Query(description=RED_OVER_BLUE, venue_ids=("V02",), limit=1)
    assert found(service, here) == ["poor match here"]
    answer = service.search(here, CAMERAS)
    assert answer.coverage.cameras_searched == 1
    assert answer.coverage.sightings_considered == 1


def test_a_sighting_that_began_before_the_time_and_lasted_into_it_is_found(service: SightingService) -> None:
    began_us = NOON_US - 30_000_000
    service.add(sighting("lasting", started_at_us=began_us, ended_at_us=NOON_US + 30_000_000))
    service.add(sighting("over", started_at_us=began_us))
    assert found(service, Query(description=RED_OVER_BLUE, since_at_ms=NOON_US // 1000)) == ["lasting"]


def test_a_person_still_in_view_is_found(service: SightingService) -> None:
    service.add(sighting("in view", ended=False))
    hits = service.search(Query(description=RED_OVER_BLUE), CAMERAS).hits
    assert [hit.sighting.ended for hit in hits] == [False]


def test_unsure_ranks_between_what_fits_and_what_does_not(service: SightingService) -> None:
    service.add(sighting("green", upper=weights(green=0.9)))
    service.add(sighting("unseen", upper=()))
    service.add(sighting("red"))
    query = Query(description=Description(upper=("red",)))
    assert found(service, query) == ["red", "unseen", "green"]
    words = {hit.sighting.sighting_id: hit.parts[0] for hit in service.search(query, CAMERAS).hits}
    assert (words["red"].words, words["red"].words_en) == ("红色，确定", "red, sure")
    assert (words["unseen"].words, words["unseen"].words_en) == ("看不清", "unclear")


def test_a_vague_height_neither_proves_nor_excludes(service: SightingService) -> None:
    service.add(sighting("fits", height_m=1.12, height_error_m=0.03))
    service.add(sighting("vague", height_m=1.4, height_error_m=0.6))
    service.add(sighting("too tall", height_m=1.6, height_error_m=0.03))
    assert found(service, Query(description=Description(height_m=1.1))) == ["fits", "vague", "too tall"]


@pytest.mark.parametrize(
    ("asked", "told", "otherwise"),
    [
        (Description(upper_pattern=("striped",)), {"upper_pattern": (0.1, 0.8)}, {"upper_pattern": (0.9, 0.1)}),
        (Description(backpack=True), {"bags": (0.9,)}, {"bags": (0.1,)}),
        (Description(backpack=False), {"bags": (0.1,)}, {"bags": (0.9,)}),
        (Description(head_wear=True), {"head_wear": 0.8}, {"head_wear": 0.0}),
        (Description(movement=Movement.LEFT), {"movement": Movement.LEFT}, {"movement": Movement.RIGHT}),
        (Description(heading_deg=350.0), {"heading_deg": 5.0}, {"heading_deg": 180.0}),
        (Description(accompanied=True), {"companions": ("other",)}, {"companions": ()}),
    ],
)
def test_each_look_asked_for_ranks_above_unknown_and_that_above_what_contradicts(
    service: SightingService, asked: Description, told: dict[str, Any], otherwise: dict[str, Any]
) -> None:
    service.add(sighting("otherwise", **otherwise))
    service.add(sighting("unknown", ended=asked.accompanied is None))
    service.add(sighting("told", **told))
    assert found(service, Query(description=asked)) == ["told", "unknown", "otherwise"]


def test_a_field_counts_as_much_as_its_weight_says(service: SightingService) -> None:
    service.add(sighting("red adult", child=0.0))
    service.add(sighting("green child", upper=weights(green=0.9)))
    for upper, age, first in ((1.0, 0.1, "red adult"), (0.1, 1.0, "green child"), (1.0, 0.0, "red adult")):
        asked = Description(upper=("red",), age=Age.CHILD, weights=Weights(upper=upper, age=age))
        assert found(service, Query(description=asked))[0] == first


def test_neighbouring_colours_score_between(service: SightingService) -> None:
    for colour in ("green", "pink", "red"):
        service.add(sighting(colour, upper=weights(**{colour: 0.9})))
    assert found(service, Query(description=Description(upper=("red",)))) == ["red", "pink", "green"]


def test_like_finds_the_same_looks_and_leaves_out_the_one_asked_with(service: SightingService) -> None:
    looks = np.random.default_rng(1).integers(-100, 100, 64).astype(np.int8)
    service.add(sighting("asked", descriptor=looks.tobytes()))
    service.add(sighting("same", descriptor=(looks + 5).astype(np.int8).tobytes()))
    service.add(sighting("opposite", descriptor=(-looks).astype(np.int8).tobytes()))
    service.add(sighting("other describer", descriptor=looks.tobytes(), describer="test-2"))
    assert found(service, Query(like_sighting_id="asked")) == ["same", "other describer", "opposite"]


def test_hits_say_what_was_compared(service: SightingService) -> None:
    service.add(sighting("child"))
    description = Description(upper=("red",), lower=("blue",), height_m=1.1, age=Age.CHILD)
    answer = service.search(Query(description=description), CAMERAS)
    assert [part.field for part in answer.hits[0].parts] == [Field.UPPER, Field.LOWER, Field.HEIGHT, Field.AGE]
    assert answer.hits[0].sighting.venue_id == "V01"
    assert answer.words == "红色上衣；蓝色裤子；约 1.10 米；儿童"
    assert answer.words_en == "red top; blue trousers; about 1.10 m; child"


NONSENSE = [
    (Query(), "description"),
    (Query(description=Description()), "description"),
    (Query(description=Description(upper=("reddish",))), "description.upper"),
    (Query(description=Description(lower=("",))), "description.lower"),
    (Query(description=Description(height_m=-1.1)), "description.height_m"),
    (Query(description=Description(height_m=float("nan"))), "description.height_m"),
    (Query(description=Description(height_m=1.1, height_tolerance_m=-1)), "description.height_tolerance_m"),
    (Query(description=RED_OVER_BLUE, since_at_ms=2, until_at_ms=1), "since_at_ms"),
    (Query(description=RED_OVER_BLUE, since_at_ms=10**18), "since_at_ms"),
    (Query(description=RED_OVER_BLUE, until_at_ms=-1), "until_at_ms"),
    (Query(description=Description(upper=("red",) * 1000)), "description.upper"),
    (Query(description=RED_OVER_BLUE, limit=0), "limit"),
    (Query(description=RED_OVER_BLUE, limit=100_000), "limit"),
    (Query(description=RED_OVER_BLUE, camera_ids=("C99",)), "camera_ids"),
    (Query(description=RED_OVER_BLUE, venue_ids=("V99",)), "venue_ids"),
    (Query(like_sighting_id="nobody"), "like_sighting_id"),
    (Query(description=Description(upper_pattern=("dotted",))), "description.upper_pattern"),
    (Query(description=Description(heading_deg=400.0)), "description.heading_deg"),
    (Query(description=Description(backpack=True, weights=Weights(backpack=0))), "description.weights"),
]


@pytest.mark.parametrize(("query", "field"), NONSENSE)
def test_nonsense_is_refused_naming_the_field(service: SightingService, query: Query, field: str) -> None:
    with pytest.raises(SightingsError) as refused:
        service.search(query, CAMERAS)
    assert refused.value.field == field
    assert refused.value.message and refused.value.message_en and refused.value.code


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"started_at_us": 5}, "started_at_us"),
        ({"started_at_us": NOON_US + 30 * HOUR_US}, "started_at_us"),
        ({"ended_at_us": NOON_US - 1}, "ended_at_us"),
        ({"upper": (0.5,)}, "upper"),
        ({"lower": (1.0,) * 11}, "lower"),
        ({"descriptor": bytes(65)}, "descriptor"),
        ({"lower": (float("nan"),) * 11}, "lower"),
        ({"height_m": float("nan")}, "height_m"),
        ({"child": float("nan")}, "child"),
    ],
)
def test_a_sighting_that_cannot_be_is_refused_and_counted(
    service: SightingService, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(SightingsError) as refused:
        service.add(sighting("bad", **wrong))
    assert refused.value.field == field
    assert service.counts().refused == 1
    assert service.get("bad") is None


def test_searches_go_on_while_sightings_come_in(service: SightingService) -> None:
    failures: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                hits = service.search(Query(description=RED_OVER_BLUE, limit=500), CAMERAS).hits
                seen = [hit.sighting.sighting_id for hit in hits]
                assert len(seen) == len(set(seen))
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=search) for _ in range(3)]
    for reader in readers:
        reader.start()
    made: list[Sighting] = random_sightings(150, np.random.default_rng(9))
    service.add_all(made)
    done.set()
    for reader in readers:
        reader.join(10)
    assert not failures
    assert service.counts().stored == 150


def test_the_newest_of_equal_sightings_come_first(service: SightingService) -> None:
    for second in range(20):
        service.add(sighting(f"s{second}", started_at_us=NOON_US + second * 1_000_000))
    query = Query(description=RED_OVER_BLUE, limit=3)
    assert found(service, query) == ["s19", "s18", "s17"]


class AtTheThird(threading.Event):
    """Nobody waits from the third time on that somebody asks."""

    asked = 0

    def is_set(self) -> bool:
        self.asked += 1
        return self.asked >= 3


def test_hits_that_nobody_waits_for_are_not_read(service: SightingService) -> None:
    service.add_all([sighting(f"s{number}") for number in range(20)])
    nobody_waits = AtTheThird()
    with pytest.raises(GivenUp):
        service.search(Query(description=RED_OVER_BLUE), CAMERAS, nobody_waits)
    assert nobody_waits.asked == 3, "once before the only table, then before each hit"
    assert service.counts().searches == 0


def test_pictures_are_kept(service: SightingService) -> None:
    kept = sighting("s1")
    service.add(kept)
    assert service.picture("s1") == kept.picture_jpeg
    assert service.picture("s2") is None


@pytest.mark.parametrize("field", ["camera_ids", "venue_ids"])
def test_question_names_at_most_2000_places(field: str) -> None:
    most = msgspec.json.encode({field: ["C01"] * 2000})
    assert len(getattr(msgspec.json.decode(most, type=Query), field)) == 2000
    with pytest.raises(msgspec.ValidationError, match=field):
        msgspec.json.decode(msgspec.json.encode({field: ["C01"] * 2001}), type=Query)
