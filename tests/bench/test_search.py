"""The month that searches are measured over is one that the store reads, the same each time; goals are judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.search import is_exact
from bench.search_figures import GOAL_P95_MS, Cold, Measured, Plan, Question, report
from bench.search_floor import bytes_a_row
from bench.search_month import CAMERAS, END_HOUR, RECORDS, Kinds, Month, sighting_id, write_hour
from hub.sightings.messages import Description
from hub.sightings.rows import HOUR_US, STEPS, codes_of
from hub.sightings.scoring import Likeness, Wanted
from hub.sightings.store import Store

HOUR = END_HOUR - 5


def test_an_hour_of_the_month_is_read_by_the_store_and_the_same_each_time(tmp_path: Path) -> None:
    written, kinds = [], Kinds.drawn()
    for again in ("first", "second"):
        month = Month(tmp_path / again, 5000)
        (month.folder / "sealed").mkdir(parents=True)
        write_hour(month.folder / "sealed", HOUR, 5000, month.camera_ids, kinds)
        written.append([path.read_bytes() for path in sorted((month.folder / "sealed").iterdir())])
        store = Store(month.folder)
        assert not store.check_next()
        (table,) = store.tables(HOUR * HOUR_US, None)
        assert len(table.columns) == 5000
        assert len(table.cameras) == CAMERAS
        for code in range(0, CAMERAS, 50):
            first, end = int(table.runs[code]), int(table.runs[code + 1])
            told = {table.head(row).camera_id for row in range(first, end)}
            assert told <= {table.cameras[code]}
            for number in range(min(RECORDS, end - first)):
                own = store.get(sighting_id(HOUR, table.cameras[code], number))
                assert own is not None
                assert own.descriptor == table.columns.descriptor[first + number].tobytes()
                garments = np.frombuffer(codes_of(own), np.uint8)[:12]
                assert garments.tolist() == table.columns.codes[:12, first + number].tolist()
        garment = table.columns.codes[:6].astype(int)
        assert ((garment & 15) + (garment >> 4)).sum(axis=0).tolist() == [STEPS] * 5000
        store.close()
    assert written[0] == written[1]


def test_whether_the_ranking_is_exact_is_judged_over_every_row_that_was_made(tmp_path: Path) -> None:
    month = Month(tmp_path, 5000)
    (month.folder / "sealed").mkdir(parents=True)
    write_hour(month.folder / "sealed", HOUR, 3000, month.camera_ids, kinds := Kinds.drawn())
    assert not is_exact(month), "2,000 of the month's rows were not compared"
    write_hour(month.folder / "sealed", HOUR + 1, 2000, month.camera_ids, kinds)
    assert is_exact(month)


def test_goals_are_judged_by_the_percentile_that_they_name(tmp_path: Path) -> None:
    quick = {question: [most / 2] * 99 + [most * 9] for question, most in GOAL_P95_MS.items()}
    slow = {question: [most * 3] * 5 for question, most in GOAL_P95_MS.items()}
    first = dict.fromkeys(Question, 1.0)
    measured = Measured(
        quick,
        dict.fromkeys(Question, 1.5),
        slow,
        first,
        dict.fromkeys(Question, Cold(1.0, 0.0)),
        2000.0,
        True,
        99.0,
        1.0,
        100.0,
        1000.0,
        10.0,
        {Question.C: GOAL_P95_MS[Question.C] / 4},
        [3.0] * 10,
    )
    found = report(Plan(1_000_000, tmp_path, 1.0), measured)
    assert all(found.goals[f"{question}_p95_ms"].is_met for question in Question)
    assert not any(found.goals[f"{question}_times_slower_beside"].is_met for question in Question)
    assert (found.flat()["a_p50_ms"], found.flat()["a_read_mb"]) == (GOAL_P95_MS[Question.A] / 2, 1.5)
    assert (found.flat()["c_times_reading"], found.flat()["given_up_p95_ms"]) == (2.0, 3.0)


def test_what_is_read_of_a_row_is_what_the_question_asks() -> None:
    photo = Likeness({"any": bytes(64)})
    assert bytes_a_row(Wanted(Description(), photo)) == 64
    assert bytes_a_row(Wanted(Description(height_m=1.2))) == 2
    assert bytes_a_row(Wanted(Description(height_m=1.2, backpack=True), photo)) == 67
    one_colour = bytes_a_row(Wanted(Description(upper=("green",))))
    assert 3 <= one_colour <= 6, "the colour's own byte, its neighbours', and that of the unsure share"
