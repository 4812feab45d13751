"""Hours are sealed beside whoever adds: nobody waits for it, and nothing that is said meanwhile is lost or twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from devices.protocol.sightings import Sighting
from hub.sightings import store as store_module
from hub.sightings.rows import HOUR_US
from hub.sightings.store import Store
from tests.sightings.seen import NOON_US, random_sightings, sighting
from tests.sightings.test_store import ids

LATER_US = NOON_US + 10 * HOUR_US
THIS_HOUR_US = LATER_US - LATER_US % HOUR_US


class AtTheTenth(threading.Event):
    """Asked before each record that is sealed; at the tenth ``act`` is done by another thread while it waits."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act
        self._asked = 0
        self.was_done = False

    def is_set(self) -> bool:
        self._asked += 1
        if self._asked == 10:
            acting = threading.Thread(target=self._act, daemon=True)
            acting.start()
            acting.join(10)
            self.was_done = not acting.is_alive()
        return super().is_set()


def an_hour(store: Store, count: int = 40) -> list[str]:
    made = random_sightings(count, np.random.default_rng(4), hours=1)
    assert store.add(made, NOON_US) == [True] * count
    return sorted(one.sighting_id for one in made)


def files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in (folder / "sealed").iterdir())


def test_who_adds_does_not_wait_for_an_hour_that_is_being_sealed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept = an_hour(store)
    sealing = AtTheTenth(lambda: store.add([sighting("now", started_at_us=THIS_HOUR_US)], LATER_US))
    assert store.seal_due(LATER_US, sealing) == 1
    assert sealing.was_done, "the sighting was on the disk before the hour was sealed"
    assert ids(store) == sorted([*kept, "now"])
    assert files(tmp_path) == [".columns", ".records"]


def late() -> Sighting:
    return sighting("late", started_at_us=NOON_US + 60_000_000)


@pytest.mark.parametrize("was_sealed_before", [False, True])
def test_what_comes_late_into_an_hour_that_is_being_sealed_keeps_it_open(
    tmp_path: Path, was_sealed_before: bool
) -> None:
    store = Store(tmp_path)
    kept = an_hour(store)
    if was_sealed_before:
        assert store.seal_due(LATER_US) == 1
        kept += ["second"]
        store.add([sighting("second", started_at_us=NOON_US)], NOON_US)
    before = files(tmp_path)
    sealing = AtTheTenth(lambda: store.add([late()], LATER_US))
    assert store.seal_due(LATER_US, sealing) == 0
    assert sealing.was_done
    assert files(tmp_path) == before, "half a generation is left nowhere"
    assert ids(store) == sorted([*kept, "late"])
    assert store.seal_due(LATER_US + HOUR_US) == 1
    assert ids(store) == sorted([*kept, "late"])
    assert files(tmp_path) == [".columns", ".records"]
    store.close()
    assert ids(Store(tmp_path)) == sorted([*kept, "late"])


def test_a_last_word_on_somebody_in_an_hour_that_is_being_sealed_stands(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept = an_hour(store)
    store.add([sighting("in view", ended=False)], NOON_US)
    last = sighting("in view", ended_at_us=NOON_US + 9_000_000)
    sealing = AtTheTenth(lambda: store.add([last], LATER_US))
    assert store.seal_due(LATER_US, sealing) == 0
    assert store.seal_due(LATER_US + HOUR_US) == 1
    assert store.get("in view") == last
    assert ids(store) == sorted([*kept, "in view"])


def test_an_hour_that_is_deleted_while_it_is_being_sealed_stays_deleted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    an_hour(store)
    sealing = AtTheTenth(lambda: store.drop_before(LATER_US))
    assert store.seal_due(LATER_US, sealing) == 0
    assert sealing.was_done
    assert (ids(store), files(tmp_path), list((tmp_path / "open").iterdir())) == ([], [], [])


def test_sealing_that_is_given_up_leaves_the_hour_open(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept = an_hour(store)
    sealing = AtTheTenth(lambda: sealing.set())
    assert store.seal_due(LATER_US, sealing) == 0
    assert (ids(store), files(tmp_path)) == (kept, [])
    assert store.seal_due(LATER_US) == 1
    assert ids(store) == kept


def test_many_open_hours_are_sealed_in_the_background_long_before_anybody_has_to_wait(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for hour in range(store_module._USUAL_OPEN_HOURS + 5):
        store.add([sighting(f"s{hour}", started_at_us=NOON_US - hour * HOUR_US)], NOON_US + hour)
    assert store.seal_due(NOON_US + 100) == 5, "the least recent, though they are not quiet yet"
    assert len(list((tmp_path / "open").iterdir())) == store_module._USUAL_OPEN_HOURS
    assert len(ids(store)) == store_module._USUAL_OPEN_HOURS + 5
