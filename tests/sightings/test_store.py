"""What the store promises: nothing lost over a kill, nothing twice, the newest word stands, old hours go whole."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import msgspec
import numpy as np
import pytest

from devices.protocol.messages import encode
from devices.protocol.sightings import Movement, Sighting, Stripes
from hub.sightings import forgotten
from hub.sightings.errors import SightingsError
from hub.sightings.messages import BagLikelihood, summary
from hub.sightings.records import RecordFile, parse_record, parted, record_bytes
from hub.sightings.rows import HOUR_US, check
from hub.sightings.store import OPEN_HOURS, Store
from tests.sightings.seen import NOON_US, random_sightings, sighting

LATER_US = NOON_US + 10 * HOUR_US


def ids(store: Store) -> list[str]:
    """Every sighting a search would come across, in no order."""
    found = []
    for table in store.tables(None, None):
        for row in range(len(table.columns)):
            if not len(table.alive) or table.alive[row]:
                found.append(table.read(row).sighting_id)
    return sorted(found)


def test_a_sighting_is_kept_with_its_picture_and_path(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept = sighting("s1")
    assert store.add([kept], NOON_US) == [True]
    assert store.get("s1") == kept
    assert store.get("s2") is None


def test_a_sighting_of_before_ways_and_bags_were_told_is_read(tmp_path: Path) -> None:
    said = msgspec.msgpack.decode(encode(sighting("s1")))
    later = ("upper_pattern", "bags", "head_wear", "movement", "heading_deg", "speed_mps", "companions")
    older = msgspec.msgpack.encode({name: value for name, value in said.items() if name not in later})
    record = struct.pack("<4sII", b"QSR1", len(older), zlib.crc32(older)) + older
    assert parse_record(record) == sighting("s1")


def test_a_record_of_before_stripes_were_kept_is_read() -> None:
    whole = sighting("s1", stripes=Stripes(measure="stripes-2", numbers=b"numbers"))
    head, rest = parted(whole)
    assert parse_record(record_bytes(whole)) == whole
    older = msgspec.msgpack.encode(
        {name: value for name, value in msgspec.msgpack.decode(rest).items() if name != "stripes"}
    )
    parts = struct.pack("<4sIIII", b"QSR2", len(head), len(older), zlib.crc32(head), zlib.crc32(older))
    assert parse_record(parts + head + older) == sighting("s1")


def test_ways_bags_and_companions_reach_who_searches(tmp_path: Path) -> None:
    store = Store(tmp_path)
    way = {"movement": Movement.LEFT, "heading_deg": 271.5, "speed_mps": 1.2}
    told = sighting("s1", bags=(0.7,), companions=("s2",), upper_pattern=(0.2, 0.6), **way)
    assert store.add([told], NOON_US) == [True]
    kept = store.get("s1")
    assert kept is not None
    shown = summary(kept, None)
    assert shown.bags == (BagLikelihood(bag="backpack", likelihood=0.7),)
    assert (shown.movement, shown.heading_deg, shown.speed_mps, shown.companions) == ("left", 271.5, 1.2, ("s2",))
    assert [each.pattern for each in shown.upper_pattern] == ["striped", "plain"]
    with pytest.raises(SightingsError):
        check(sighting("s3", speed_mps=float("nan")), NOON_US)


def test_the_same_sighting_twice_is_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.add([sighting("s1"), sighting("s1")], NOON_US) == [True, False]
    store.seal_due(LATER_US)
    assert store.add([sighting("s1")], LATER_US) == [False]
    assert ids(store) == ["s1"]


def test_the_last_word_replaces_the_first(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, last = sighting("s1", ended=False), sighting("s1", ended_at_us=NOON_US + 9_000_000)
    assert store.add([first, last, first], NOON_US) == [True, True, False]
    assert ids(store) == ["s1"]
    assert store.get("s1") == last


def test_a_last_word_after_the_hour_was_sealed_replaces_the_first(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add([sighting("s1", ended=False), sighting("s2")], NOON_US)
    assert store.seal_due(LATER_US) == 1
    last = sighting("s1", ended_at_us=NOON_US + 9_000_000)
    assert store.add([last], LATER_US) == [True]
    assert ids(store) == ["s1", "s2"]
    assert store.get("s1") == last
    store.close()
    again = Store(tmp_path)
    assert ids(again) == ["s1", "s2"]
    assert again.get("s1") == last
    again.seal_due(LATER_US + HOUR_US)
    assert ids(again) == ["s1", "s2"]
    assert again.get("s1") == last
    assert len(list((tmp_path / "sealed").iterdir())) == 2


def test_what_was_not_sealed_is_there_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made = random_sightings(50, np.random.default_rng(1))
    store.add(made, NOON_US)
    store.close()
    again = Store(tmp_path)
    assert ids(again) == sorted(one.sighting_id for one in made)
    assert again.add(made, NOON_US) == [False] * 50


def test_sealing_changes_no_sighting(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made = random_sightings(200, np.random.default_rng(2))
    store.add(made, NOON_US)
    assert store.seal_due(LATER_US) == 3
    assert not list((tmp_path / "open").iterdir())
    store.close()
    again = Store(tmp_path)
    assert all(again.get(one.sighting_id) == one for one in made)
    table = again.tables(None, None)[0]
    named = [table.read(row).camera_id for row in range(len(table.columns))]
    assert named == sorted(named)
    assert table.runs.tolist() == [*(named.index(camera) for camera in table.cameras), len(named)]


@pytest.mark.parametrize("lost_bytes", [1, 10, 200])
def test_a_torn_end_loses_only_the_last_sighting(tmp_path: Path, lost_bytes: int) -> None:
    store = Store(tmp_path)
    store.add([sighting("s1"), sighting("s2"), sighting("s3")], NOON_US)
    store.close()
    log = next((tmp_path / "open").iterdir())
    os.truncate(log, log.stat().st_size - lost_bytes)
    again = Store(tmp_path)
    assert ids(again) == ["s1", "s2"]
    assert again.damaged_bytes > 0
    assert again.add([sighting("s3")], NOON_US) == [True]
    again.close()
    assert ids(Store(tmp_path)) == ["s1", "s2", "s3"]


def test_damage_in_the_middle_of_a_log_loses_only_what_was_damaged(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add([sighting("s1"), sighting("s2"), sighting("s3")], NOON_US)
    store.close()
    log = next((tmp_path / "open").iterdir())
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 0xFF
    log.write_bytes(bytes(content))
    assert ids(Store(tmp_path)) == ["s1", "s3"]


def test_damaged_columns_are_made_anew_from_the_records(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made = random_sightings(60, np.random.default_rng(3), hours=1)
    store.add(made, NOON_US)
    store.seal_due(LATER_US)
    store.close()
    columns = next((tmp_path / "sealed").glob("*.columns"))
    content = bytearray(columns.read_bytes())
    content[-100] ^= 0xFF
    columns.write_bytes(bytes(content))
    again = Store(tmp_path)
    assert not again.check_next()
    assert again.damaged_bytes > 0
    assert ids(again) == sorted(one.sighting_id for one in made)
    again.seal_due(LATER_US)
    assert all(again.get(one.sighting_id) == one for one in made)


def test_a_folder_of_the_former_form_is_read(tmp_path: Path) -> None:
    made = random_sightings(6, np.random.default_rng(8), hours=1)
    (tmp_path / "open").mkdir()
    (tmp_path / "sealed").mkdir()
    hour = made[0].started_at_us // HOUR_US

    def former(one: Sighting) -> bytes:
        content = encode(one)
        return struct.pack("<4sII", b"QSR1", len(content), zlib.crc32(content)) + content

    (tmp_path / "open" / f"{hour}.log").write_bytes(b"".join(former(one) for one in made[:3]) + b"torn")
    (tmp_path / "sealed" / f"{hour}-000001.records").write_bytes(b"".join(former(one) for one in made[2:]))
    (tmp_path / "sealed" / f"{hour}-000001.columns").write_bytes(b"QSC1" + bytes(500))
    store = Store(tmp_path)
    assert ids(store) == sorted(one.sighting_id for one in made)
    assert store.seal_due(LATER_US) == 1
    store.close()
    again = Store(tmp_path)
    assert all(again.get(one.sighting_id) == one for one in made)


def test_hits_are_read_without_their_pictures(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add([sighting("s1", picture_jpeg=bytes(20_000))], NOON_US)
    store.seal_due(LATER_US)
    store.close()
    records = next((tmp_path / "sealed").glob("*.records"))
    content = bytearray(records.read_bytes())
    content[-100] ^= 0xFF
    records.write_bytes(bytes(content))
    again = Store(tmp_path)
    head = again.tables(None, None)[0].head(0)
    assert (head.sighting_id, head.picture_jpeg, head.path) == ("s1", b"", ())
    assert again.get("s1") is None and again.damaged_bytes > 0


def test_a_kill_while_sealing_leaves_every_sighting_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made = random_sightings(20, np.random.default_rng(4), hours=1)
    store.add(made, NOON_US)
    log = next((tmp_path / "open").iterdir())
    before = log.read_bytes()
    store.seal_due(LATER_US)
    store.close()
    log.write_bytes(before)
    (tmp_path / "sealed" / f"{log.stem}-000002.records").write_bytes(b"half a generation")
    (tmp_path / "sealed" / f"{log.stem}-000002.tmp").write_bytes(b"half a generation")
    again = Store(tmp_path)
    assert ids(again) == sorted(one.sighting_id for one in made)


def test_a_killed_process_leaves_all_that_it_said_was_kept(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from hub.sightings.store import Store
from tests.sightings.seen import NOON_US, sighting
store = Store(Path(sys.argv[1]))
for number in range(10_000):
    store.add([sighting(f"s{number}")], NOON_US)
    print(f"s{number}", flush=True)
"""
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(25)]
    process.send_signal(signal.SIGKILL)
    said += process.stdout.read().split()[:-1]
    process.stdout.close()
    process.wait(10)
    assert set(said) <= set(ids(Store(tmp_path)))


def test_a_log_record_that_no_one_could_have_stored_does_not_stop_the_start(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add([sighting("s1")], NOON_US)
    store.close()
    log = RecordFile(next((tmp_path / "open").iterdir()), create=True)
    log.append(sighting("impossible", child=float("nan")))
    log.close()
    assert ids(Store(tmp_path)) == ["s1"]


def test_retention_deletes_whole_hours(tmp_path: Path) -> None:
    store = Store(tmp_path)
    old, new = sighting("old", started_at_us=NOON_US - HOUR_US), sighting("new")
    store.add([old, new], NOON_US)
    store.seal_due(LATER_US)
    store.add([sighting("late", started_at_us=NOON_US - 2 * HOUR_US)], LATER_US)
    assert store.drop_before(NOON_US) == 2
    assert ids(store) == ["new"]
    assert len(list((tmp_path / "sealed").iterdir())) == 2
    assert not list((tmp_path / "open").iterdir())


def test_hours_that_are_held_stay_with_whoever_walked_into_them(tmp_path: Path) -> None:
    store = Store(tmp_path)
    hour_us = NOON_US - NOON_US % HOUR_US
    into = sighting("into", started_at_us=hour_us - 60_000_000, ended_at_us=hour_us + 60_000_000)
    store.add([into, sighting("in", started_at_us=hour_us, ended_at_us=hour_us + 1)], NOON_US)
    store.add([sighting("old", started_at_us=hour_us - 2 * HOUR_US, ended_at_us=hour_us - 2 * HOUR_US + 1)], NOON_US)
    store.seal_due(LATER_US)

    def is_held(start_us: int, end_us: int) -> bool:
        return start_us < hour_us + 60_000_000 and end_us > hour_us

    assert store.drop_before(LATER_US, is_held) == 1
    assert sorted(ids(store)) == ["in", "into"]
    assert store.drop_before(LATER_US) == 2


def test_a_search_under_way_still_reads_an_hour_that_retention_deleted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add([sighting("s1")], NOON_US)
    store.seal_due(LATER_US)
    table = store.tables(None, None)[0]
    store.drop_before(LATER_US)
    assert table.read(0).sighting_id == "s1"


def test_many_hours_at_once_are_sealed_to_stay_within_bounds(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for hour in range(OPEN_HOURS + 3):
        store.add([sighting(f"s{hour}", started_at_us=NOON_US - hour * HOUR_US)], NOON_US + hour)
    assert len(list((tmp_path / "open").iterdir())) == OPEN_HOURS
    assert len(ids(store)) == OPEN_HOURS + 3


def test_only_hours_that_touch_the_time_asked_for_are_looked_at(tmp_path: Path) -> None:
    store = Store(tmp_path)
    long = sighting("long", started_at_us=NOON_US - 60_000_000, ended_at_us=NOON_US + 60_000_000)
    store.add([long, sighting("s1"), sighting("s2", started_at_us=NOON_US + 2 * HOUR_US)], NOON_US)
    assert len(store.tables(NOON_US, NOON_US + HOUR_US - 1)) == 2
    assert len(store.tables(NOON_US + HOUR_US, None)) == 1


def test_hours_that_were_deleted_are_known_from_those_in_which_nobody_was_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    hour_us = NOON_US - NOON_US % HOUR_US
    times = [hour_us + hours * HOUR_US for hours in (0, 1, 3, 6)]
    store.add([sighting(f"s{at_us}", started_at_us=at_us) for at_us in times], times[-1])
    assert store.forgotten(hour_us, times[-1]) == []
    store.drop_before(times[-1])
    store.close()
    again = Store(tmp_path)
    gone = [(at_us, at_us + HOUR_US) for at_us in times[:3]]
    assert again.forgotten(hour_us - HOUR_US, times[-1] + HOUR_US) == gone
    assert again.forgotten(hour_us + 1, hour_us + HOUR_US) == gone[:1]
    monkeypatch.setattr(forgotten, "MOST_RUNS", 1)
    again.drop_before(times[-1] + HOUR_US)
    assert len(again.forgotten(hour_us, times[-1] + HOUR_US)) == 7
    again.close()
    (tmp_path / "forgotten").write_text("[[")
    os.utime(tmp_path / "forgotten", (hour_us / 1e6 + 1, hour_us / 1e6 + 1))
    assert Store(tmp_path).forgotten(hour_us - HOUR_US, times[-1]) == [(hour_us - HOUR_US, hour_us), gone[0]]
