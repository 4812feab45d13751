"""Rows that are described anew: whole or not at all, over kills and restarts, and nothing else of them changes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np

from devices.protocol.sightings import Sighting
from hub.sightings.messages import Description
from hub.sightings.rows import HOUR_US
from hub.sightings.scoring import Likeness, Wanted
from hub.sightings.search import rank
from hub.sightings.span import Span
from hub.sightings.store import Store
from tests.sightings.seen import NOON_US, random_sightings, sighting

LATER_US = NOON_US + 10 * HOUR_US
EVERY = frozenset({"C01", "C02", "C03"})
ROOT = Path(__file__).resolve().parents[2]
NONE: dict[str, int] = {}


def anew(sighting_id: str) -> bytes:
    """What the new describer says of a sighting."""
    return np.random.default_rng(int(sighting_id[1:]) + 1000).integers(-127, 128, 64).astype(np.int8).tobytes()


def sealed(folder: Path, count: int = 200, hours: int = 2) -> tuple[Store, dict[str, Sighting]]:
    store = Store(folder)
    made = random_sightings(count, np.random.default_rng(7), hours)
    store.add(made, NOON_US)
    store.seal_due(LATER_US)
    return store, {one.sighting_id: one for one in made}


def describe_some(store: Store, least: int = 1_000) -> int:
    others = store.made_by_others("new-1", NONE, least)
    if others is None:
        return 0
    found = {row: anew(others.table.head(row).sighting_id) for row in others.rows}
    assert store.describe_anew(others.table, "new-1", found)
    return len(found)


def test_rows_have_the_new_descriptor_and_all_else_as_it_was(tmp_path: Path) -> None:
    store, made = sealed(tmp_path)
    while describe_some(store):
        pass
    assert store.describers() == {"new-1": 200}
    for _ in range(2):
        for name, one in made.items():
            assert store.get(name) == msgspec.structs.replace(one, describer="new-1", descriptor=anew(name))
        store.close()
        store = Store(tmp_path)
    assert not list((tmp_path / "sealed").glob("*.anew"))


def test_the_newest_hour_is_described_first_and_in_parts(tmp_path: Path) -> None:
    store, made = sealed(tmp_path)
    first = store.made_by_others("new-1", NONE, 20)
    assert first is not None
    assert first.table.hour == max(one.started_at_us // HOUR_US for one in made.values())
    assert len(first.rows) == describe_some(store, 20) == 20
    assert store.describers() == {"new-1": 20, "test-1": 180}
    second = store.made_by_others("new-1", NONE, 20)
    assert second is not None
    assert not set(first.rows) & set(second.rows)
    third = store.made_by_others("new-1", {second.table.name: second.rows[-1] + 1}, 20)
    assert third is not None
    assert not set(third.rows) & set(second.rows)


def test_columns_of_an_hour_are_written_ten_times_at_most_however_many_rows_it_has(tmp_path: Path) -> None:
    store, _ = sealed(tmp_path, count=355, hours=1)
    others = store.made_by_others("new-1", NONE, 1)
    assert others is not None
    assert len(others.rows) == 36
    written = 0
    while describe_some(store, 1):
        written += 1
    assert written == 10
    assert store.describers() == {"new-1": 355}


def test_while_some_rows_are_done_each_is_found_under_its_own_describer(tmp_path: Path) -> None:
    store, made = sealed(tmp_path)
    describe_some(store, 60)
    done = next(name for name in made if (kept := store.get(name)) and kept.describer == "new-1")
    left = next(name for name in made if (kept := store.get(name)) and kept.describer == "test-1")
    for name in (done, left):
        both = Likeness({"test-1": made[name].descriptor, "new-1": anew(name)})
        (best,) = rank(store.tables(None, None), EVERY, Span(None, None), Wanted(Description(), both), 1).best
        assert best.table.head(best.row).sighting_id == name
        assert best.score > 0.999


def test_a_word_that_replaced_a_row_still_does_and_survives_being_sealed_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = sighting("s1", ended=False)
    store.add([first, sighting("s2")], NOON_US)
    store.seal_due(LATER_US)
    last = sighting("s1", ended_at_us=NOON_US + 9_000_000)
    store.add([last], LATER_US)
    describe_some(store)
    assert store.get("s1") == last
    assert sum(len(table.standing) for table in store.tables(None, None)) == 2
    store.seal_due(LATER_US + HOUR_US)
    again = store.get("s2")
    assert again is not None
    assert (again.describer, again.descriptor) == ("new-1", anew("s2"))
    assert store.get("s1") == last


def test_an_hour_that_was_sealed_anew_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    store, _ = sealed(tmp_path, hours=1)
    others = store.made_by_others("new-1", NONE, 1_000)
    assert others is not None
    store.add([sighting("s900")], LATER_US)
    store.seal_due(LATER_US + HOUR_US)
    assert not store.describe_anew(others.table, "new-1", {0: anew("s0")})
    assert store.describers() == {"test-1": 201}


def test_damage_is_not_written_anew_as_if_it_were_whole(tmp_path: Path) -> None:
    store, made = sealed(tmp_path, hours=1)
    describe_some(store, 50)
    store.close()
    (columns,) = (tmp_path / "sealed").glob("*.columns")
    content = bytearray(columns.read_bytes())
    content[-9_000] ^= 0xFF
    columns.write_bytes(bytes(content))
    store = Store(tmp_path)
    others = store.made_by_others("new-1", NONE, 10)
    assert others is not None
    assert not store.describe_anew(others.table, "new-1", {row: anew("s0") for row in others.rows})
    while store.check_next():
        pass
    assert {name: store.get(name) for name in made} == made, "the records have what they came with"
    assert store.describers() == {"test-1": 200}
    store.seal_due(LATER_US)
    assert describe_some(store) == 200


_DESCRIBER = """
import sys
from pathlib import Path
from tests.sightings.test_redescribing import describe_some
from hub.sightings.store import Store
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
while describe_some(store, 3):
    print("some", flush=True)
"""


def test_a_kill_at_any_moment_leaves_every_row_with_one_describers_descriptor(tmp_path: Path) -> None:
    store, made = sealed(tmp_path)
    store.close()
    done = 0
    for after in (1, 2, 5, 9):
        process = subprocess.Popen([sys.executable, "-c", _DESCRIBER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT)
        assert process.stdout is not None
        for _ in range(after):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        store = Store(tmp_path)
        for name, one in made.items():
            kept = store.get(name)
            assert kept in (one, msgspec.structs.replace(one, describer="new-1", descriptor=anew(name)))
        now = store.describers()["new-1"]
        assert now >= done + 3 * (after - 1)
        done = now
        assert store.damaged_bytes == 0
        store.close()
    assert 0 < done < 200
