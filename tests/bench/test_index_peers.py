"""Indexes are compared on the hub's own rows and scores: what is right is scoring's word, whoever answers."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.peers.index import Missing, QuestionFigures, WayFigures, goals, measure, run_way
from bench.peers.index_rows import BEST, Asked, Right, Rows, questions, right
from bench.peers.index_sql import Sqlite, question
from bench.peers.index_ways import Ours
from bench.search_figures import Question
from bench.search_month import DESCRIBER, END_HOUR, Kinds, Month, write_hour
from hub.sightings.messages import Description
from hub.sightings.rows import HOUR_US
from hub.sightings.scoring import Likeness, Wanted, plan_of
from hub.sightings.store import Store

HOUR = END_HOUR - 5
HOUR_MS = HOUR_US // 1000
SAID = Wanted(Description(upper=("red",), lower=("blue",), height_m=1.2))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    month, kinds = Month(tmp_path_factory.mktemp("month"), 4000), Kinds.drawn()
    (month.folder / "sealed").mkdir()
    for hour in (HOUR, HOUR + 1):
        write_hour(month.folder / "sealed", hour, 2000, month.camera_ids, kinds)
    return month.folder


@pytest.fixture(scope="module")
def rows(folder: Path) -> Iterator[Rows]:
    store = Store(folder)
    yield Rows.of(store.tables(None, None))
    store.close()


def of_each_kind(rows: Rows) -> list[Asked]:
    photo = Wanted(Description(), Likeness({DESCRIBER: rows.descriptor[17].tobytes()}))
    since_ms, until_ms = HOUR * HOUR_MS + 1_000_000, HOUR * HOUR_MS + 4_500_000
    cameras = tuple(range(0, 831, 7))
    return [
        Asked(Question.A, cameras, since_ms, until_ms, photo),
        Asked(Question.B, None, since_ms, until_ms, SAID),
        Asked(Question.C, None, None, None, SAID),
        Asked(Question.D, None, None, None, photo),
    ]


def test_rows_are_in_the_order_of_hours_and_the_hubs_way_finds_them_again(rows: Rows, tmp_path: Path) -> None:
    assert len(rows) == 4000 and rows.first_of_hour == {HOUR: 0, HOUR + 1: 2000}
    assert (np.diff(rows.started_ms // HOUR_MS) >= 0).all()
    ours = Ours(rows, tmp_path)
    for asked in of_each_kind(rows):
        told, truth = ours.ask(asked), right(rows, asked)
        assert len(told) == BEST
        assert truth.is_exact(told) and truth.recall(told) == 1
        fits = asked.fits(rows)
        assert fits is None or 0 < fits.sum() < 4000


def test_the_score_said_in_sql_is_scorings_of_every_row(rows: Rows) -> None:
    database = sqlite3.connect(":memory:")
    codes = ", ".join(f"c{line}" for line in range(len(rows.codes)))
    database.execute(f"CREATE TABLE rows (row, camera, started_ms, ended_ms, {codes})")
    database.execute("CREATE TABLE heights (place INTEGER PRIMARY KEY, part)")
    for number in range(len(rows)):
        key = (number, int(rows.camera[number]), int(rows.started_ms[number]), int(rows.ended_ms[number]))
        values = (*key, *rows.codes[:, number].tolist())
        database.execute(f"INSERT INTO rows VALUES ({', '.join('?' * len(values))})", values)
    sql, plan = Sqlite(), plan_of(SAID)
    database.executemany("INSERT INTO heights VALUES (?, ?)", enumerate(plan.height.tolist()))
    everything = Asked(Question.C, None, None, None, SAID)
    found = [score for (score,) in database.execute(f"SELECT {sql.score(plan)} FROM rows ORDER BY row")]
    assert found == right(rows, everything).scores.tolist()
    for asked in of_each_kind(rows)[1:3]:
        told = [row for (row,) in database.execute(question(sql, asked, rows.longest_ms))]
        assert right(rows, asked).is_exact(told)
    database.close()


def test_recall_counts_the_best_that_were_told_and_equals_as_good() -> None:
    truth = Right(np.array([*range(100, 200), 150, -1], np.int32))
    best = list(range(99, 49, -1))
    assert (truth.is_exact(best), truth.recall(best)) == (True, 1)
    assert (truth.is_exact(best[::-1]), truth.recall(best[::-1])) == (False, 1), "the order is wrong"
    as_good = [*best[:-1], 100]
    assert (truth.is_exact(as_good), truth.recall(as_good)) == (True, 1)
    assert truth.recall([*best[:25], *range(25)]) == 0.5
    assert truth.recall([99] * 50) == 1 / 50
    assert Right(np.full(3, -1, np.int32)).recall([]) == 1


def test_questions_are_the_same_for_every_way(rows: Rows) -> None:
    for kind in Question.A, Question.B, Question.C, Question.D:
        assert list(questions(rows, kind, 3)) == list(questions(rows, kind, 3))


def test_every_question_is_measured_and_checked(rows: Rows, tmp_path: Path) -> None:
    found = measure(Ours(rows, tmp_path), rows, most_s=0.05, checked=2)
    assert set(found) == {"a", "b", "c", "d"}
    assert all((one.checked, one.exact, one.recall) == (2, 1, 1) and one.rounds >= 5 for one in found.values())


def test_a_package_that_is_not_installed_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    assert run_way("faiss", folder, 1.0, 1) == Missing("faiss")


def test_only_an_exact_way_can_be_ahead() -> None:
    def way(ms: float, recall: float) -> WayFigures:
        return WayFigures(2, 1.0, 1.0, {"a": QuestionFigures(ms, ms, 9, 9, recall, recall)})

    quick: dict[str, WayFigures | Missing] = {"ours": way(2.0, 1.0), "slow": way(3.0, 1.0), "none": Missing("none")}
    quick["graph"] = way(0.1, 0.4)
    assert goals(quick) == {"ours_is_exact": True, "a_ahead_of_every_exact_one": True}
    assert not goals({**quick, "peer": way(1.0, 1.0)})["a_ahead_of_every_exact_one"]
    assert not goals({**quick, "ours": way(0.1, 0.9)})["ours_is_exact"]
