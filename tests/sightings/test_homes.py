"""What every home of sightings does alike: the newest word stands, hours go whole, all is found, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pytest

from devices.protocol.clock import ManualClock
from devices.protocol.sightings import Movement, Sighting
from hub.safety import find_unsafe
from hub.settings import Settings
from hub.sightings.clickhouse.server import open_server
from hub.sightings.home import HomeAway, SightingHome
from hub.sightings.messages import Age, Description, Weights
from hub.sightings.rows import HOUR_US
from hub.sightings.scoring import SCALE, WHOLE, Likeness, Wanted, looks_of, plan_of, score
from hub.sightings.span import Span
from tests.sightings.homes import HOMES, opening
from tests.sightings.seen import NOON_US, random_sightings, sighting

LATER_US = NOON_US + 10 * HOUR_US
EVERY = frozenset({"C01", "C02", "C03"})
EVER = Span(None, None)
RED = Wanted(Description(upper=("red",)))


@dataclass
class Opened:
    """A home that can be closed and opened again."""

    open: Callable[[], SightingHome]
    home: SightingHome

    def now_and_again(self) -> Iterator[SightingHome]:
        yield self.home
        self.home.close()
        self.home = self.open()
        yield self.home


@pytest.fixture(params=HOMES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    open_home = opening(request.param, tmp_path, ManualClock(wall_us=LATER_US))
    found = Opened(open_home, open_home())
    yield found
    found.home.close()


def ids(home: SightingHome, wanted: Wanted = RED, span: Span = EVER, limit: int = 1_000) -> list[str]:
    return [one.sighting.sighting_id for one in home.search(EVERY, span, wanted, limit).best]


def word(seconds: int, *, ended: bool = False) -> Sighting:
    return sighting("s1", ended=ended, ended_at_us=NOON_US + seconds * 1_000_000, child=seconds / 100)


def test_the_newest_word_on_a_sighting_stands_over_a_restart(opened: Opened) -> None:
    words = [word(2), word(4), word(3), word(4), word(9, ended=True), word(20), word(9, ended=True)]
    assert [opened.home.add([each], LATER_US)[0] for each in words] == [True, True, False, False, True, False, False]
    for home in opened.now_and_again():
        assert home.get("s1") == words[4]
        assert ids(home) == ["s1"]
        assert home.add([word(30, ended=True)], LATER_US) == [False]
    assert opened.home.get("s2") is None


def test_words_of_one_batch_count_one_after_the_other(opened: Opened) -> None:
    assert opened.home.add([word(2), word(1), word(5, ended=True), sighting("s2")], LATER_US) == [
        True,
        False,
        True,
        True,
    ]
    assert opened.home.get("s1") == word(5, ended=True)
    assert sorted(ids(opened.home)) == ["s1", "s2"]
    assert opened.home.sizes().live == 0


def test_beginning_that_moves_into_another_hour_leaves_one(opened: Opened) -> None:
    first = sighting("s1", ended=False, started_at_us=NOON_US - 1, ended_at_us=NOON_US + 1)
    right = sighting("s1", started_at_us=NOON_US + 1, ended_at_us=NOON_US + 9_000_000)
    assert opened.home.add([first], LATER_US) == [True]
    assert opened.home.add([right, first], LATER_US) == [True, False]
    for home in opened.now_and_again():
        assert home.get("s1") == right
        assert ids(home) == ["s1"]


def test_batch_after_days_without_the_server_is_taken_whole(tmp_path: Path) -> None:
    home = opening("clickhouse", tmp_path, ManualClock(wall_us=LATER_US))()
    made = [sighting(f"s{hour}", started_at_us=NOON_US - hour * HOUR_US) for hour in range(101)]
    assert all(told is True for told in home.add(made, LATER_US)), "more hours than a server takes at once by itself"
    home.close()


def test_hours_go_whole_but_those_that_are_held_and_it_is_known_that_they_went(opened: Opened) -> None:
    made = random_sightings(60, np.random.default_rng(3), hours=5)
    opened.home.add(made, LATER_US)
    held = NOON_US + HOUR_US + 1
    assert opened.home.drop_before(NOON_US + 3 * HOUR_US, lambda since, until: since <= held < until) == 1
    for home in opened.now_and_again():
        assert home.forgotten(NOON_US, LATER_US) == [(NOON_US + 2 * HOUR_US, NOON_US + 3 * HOUR_US)]
        kept = sorted(one.sighting_id for one in made if (one.started_at_us - NOON_US) // HOUR_US != 2)
        assert sorted(ids(home)) == kept, "who was seen last in the hour before may be in view in the held one"
    assert opened.home.drop_before(NOON_US + 3 * HOUR_US, lambda _since, _until: False) == 2
    assert opened.home.forgotten(NOON_US, LATER_US) == [
        (NOON_US + hour * HOUR_US, NOON_US + (hour + 1) * HOUR_US) for hour in range(3)
    ]
    assert opened.home.describers().total() == sum(one.started_at_us >= NOON_US + 3 * HOUR_US for one in made)


def test_rows_described_anew_are_found_by_the_new_describer_and_are_else_as_they_were(opened: Opened) -> None:
    made = {one.sighting_id: one for one in random_sightings(90, np.random.default_rng(4), hours=2)}
    opened.home.add(list(made.values()), LATER_US)
    opened.home.seal_due(LATER_US + HOUR_US)
    look = bytes(range(64))
    others = opened.home.made_by_others("new-1", {}, 20)
    assert others is not None
    assert others.hour == NOON_US // HOUR_US + 1, "the newest first"
    assert others.name in opened.home.sealed_names()
    anew = {others.read(row).sighting_id for row in others.rows}
    assert opened.home.describe_anew(others, "new-1", dict.fromkeys(others.rows, look))
    assert opened.home.describers() == {"new-1": len(anew), "test-1": 90 - len(anew)}
    for home in opened.now_and_again():
        for sighting_id, one in made.items():
            described = {"describer": "new-1", "descriptor": look} if sighting_id in anew else {}
            assert home.get(sighting_id) == msgspec.structs.replace(one, **described)
        assert set(ids(home, Wanted(Description(), Likeness({"new-1": look})), limit=len(anew))) == anew
    further = opened.home.made_by_others("new-1", {others.name: others.rows[-1] + 1}, 20)
    assert further is not None
    assert not {further.read(row).sighting_id for row in further.rows} & anew


def test_any_question_is_answered_as_by_comparing_one_by_one(opened: Opened) -> None:
    rng = np.random.default_rng(11)
    made = [_of_all_kinds(one, rng) for one in random_sightings(300, rng)]
    opened.home.add(made, LATER_US)
    photo = rng.integers(-127, 128, 64).astype(np.int8).tobytes()
    for said, like in (
        (Description(upper=("red", "pink"), lower=("blue",), height_m=1.1, age=Age.CHILD), None),
        (Description(upper_pattern=("striped",), backpack=True, head_wear=False, accompanied=True), None),
        (Description(movement=Movement.LEFT, heading_deg=200.0, weights=Weights(heading=0.3)), None),
        (Description(upper=("white",), backpack=False, weights=Weights(upper=0.2)), Likeness({"test-1": photo})),
        (Description(), Likeness({"test-1": photo, "test-2": photo[::-1]})),
    ):
        wanted, span = Wanted(said, like), Span(NOON_US + HOUR_US // 2, NOON_US + 2 * HOUR_US)
        plan = plan_of(wanted)
        right = {}
        for one in made:
            if span.touches(one.started_at_us, one.ended_at_us):
                whole, parts = score(looks_of(one, plan), plan)
                right[one.sighting_id] = (int(whole[0]), tuple(int(part[0]) for part in parts.values()))
        ranking = opened.home.search(EVERY, span, wanted, 40)
        assert ranking.considered == len(right)
        best = [(one.sighting, round(one.score * WHOLE), one.parts) for one in ranking.best]
        assert [whole for _, whole, _ in best] == sorted((whole for whole, _ in right.values()), reverse=True)[:40]
        for found, of_whole, of_parts in best:
            assert (of_whole, tuple(round(part * SCALE) for part in of_parts)) == right[found.sighting_id]
        order = [(-of_whole, -found.started_at_us // 1000) for found, of_whole, _ in best]
        assert order == sorted(order), "the newer first among equals"


def _of_all_kinds(one: Sighting, rng: np.random.Generator) -> Sighting:
    patterns = rng.dirichlet(np.full(4, 0.5)) * 0.99
    return msgspec.structs.replace(
        one,
        upper_pattern=tuple(patterns.tolist()) if rng.random() < 0.8 else (),
        bags=(float(rng.random()),) if rng.random() < 0.8 else (),
        head_wear=float(rng.random()) if rng.random() < 0.8 else None,
        movement=list(Movement)[rng.integers(len(Movement))] if rng.random() < 0.8 else None,
        heading_deg=float(rng.uniform(0, 360)) if rng.random() < 0.8 else None,
        companions=("s1",) if rng.random() < 0.5 else (),
        describer=("test-1", "test-2", "test-3")[rng.integers(3)],
        descriptor=one.descriptor if rng.random() < 0.9 else b"",
    )


def test_server_that_does_not_answer_is_said_and_one_without_tls_must_be_on_this_machine(tmp_path: Path) -> None:
    away = open_server("http://127.0.0.1:9/sightings", "hub", "secret", ManualClock(wall_us=LATER_US))
    with pytest.raises(HomeAway, match="ClickHouse"):
        away.add([sighting()], LATER_US)
    with pytest.raises(HomeAway, match="ClickHouse"):
        away.search(EVERY, EVER, RED, 10)
    away.close()
    for url, is_refused in (("http://192.0.2.1:8123/s", True), ("https://192.0.2.1:8443/s", False)):
        found = find_unsafe(Settings(data_dir=tmp_path, sightings_clickhouse=url))
        assert ("plain_clickhouse" in {one.code for one in found}) is is_refused
