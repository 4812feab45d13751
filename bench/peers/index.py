"""``python -m bench.peers.index``: the hub's search beside other indexes, on the same rows and questions.

Peers: faiss, usearch, sqlite-vec, DuckDB and ClickHouse (chdb), installed by ``make peers``. The rows are those of
``bench search``, as many as told; the questions are its own (a: photo, 12 cameras, 2 hours; b: described, 24 hours;
c: described, 30 days; d: photo, 30 days), none of which reads a hit. Each way runs in a process of its own, on as many
threads as the hub's search where it has any. Every answer of the first rounds is held against all rows scored by
scoring.py: ``exact`` is order and all, ``recall`` the share of the best 50 that was told. What a way cannot be asked is
left out; a package that is not installed is said so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.figures import percentile
from bench.peers.index_rows import ASKED, Rows, questions, right
from bench.peers.index_ways import WAYS, Way
from bench.search_figures import Question
from bench.search_month import Month
from hub.sightings.store import Store

ROUNDS = {Question.A: 200, Question.B: 100, Question.C: 30, Question.D: 30}
_WARMING = 3
_LEAST_ROUNDS = 5


class QuestionFigures(msgspec.Struct, frozen=True):
    """Milliseconds of one question; of how many answers exactness was checked, and the means over these."""

    p50_ms: float
    p95_ms: float
    rounds: int
    checked: int
    exact: float
    recall: float


class WayFigures(msgspec.Struct, frozen=True):
    """What one way showed; ``questions`` are those that it can be asked."""

    threads: int
    loading_s: float
    memory_mb: float
    questions: dict[str, QuestionFigures]


class Missing(msgspec.Struct, frozen=True):
    """A way whose package is not installed."""

    not_installed: str


def measure(way: Way, rows: Rows, most_s: float, checked: int) -> dict[str, QuestionFigures]:
    """Ask all it can be asked, each question for so many seconds at most."""
    return {question.value: _measure(way, rows, question, most_s, checked) for question in ASKED if question in way.can}


def _measure(way: Way, rows: Rows, question: Question, most_s: float, checked: int) -> QuestionFigures:
    took_ms: list[float] = []
    exact: list[bool] = []
    recalls: list[float] = []
    began_s = spent_s = time.perf_counter()
    for number, asked in enumerate(questions(rows, question, _WARMING + ROUNDS[question])):
        began_s = time.perf_counter()
        told = way.ask(asked)
        took_s = time.perf_counter() - began_s
        if number >= _WARMING:
            took_ms.append(took_s * 1000)
        if number < checked:
            truth = right(rows, asked)
            exact.append(truth.is_exact(told))
            recalls.append(truth.recall(told))
            spent_s += time.perf_counter() - began_s - took_s
        if len(took_ms) >= _LEAST_ROUNDS and number >= checked and time.perf_counter() - spent_s > most_s:
            break
    return QuestionFigures(
        p50_ms=round(statistics.median(took_ms), 3),
        p95_ms=round(percentile(took_ms, 95), 3),
        rounds=len(took_ms),
        checked=len(exact),
        exact=round(statistics.mean(exact), 3),
        recall=round(statistics.mean(recalls), 3),
    )


def run_way(name: str, folder: Path, most_s: float, checked: int) -> WayFigures | Missing:
    """Load one way with the rows of that store, and measure it."""
    store = Store(folder)
    try:
        rows = Rows.of(store.tables(None, None))
        with tempfile.TemporaryDirectory(dir=folder) as own:
            before_mb, began_s = _memory_mb(), time.perf_counter()
            try:
                way = WAYS[name](rows, Path(own))
            except ImportError as error:
                return Missing(str(error.name))
            loading_s = time.perf_counter() - began_s
            found = measure(way, rows, most_s, checked)
            return WayFigures(way.threads, round(loading_s, 1), round(_memory_mb() - before_mb, 1), found)
    finally:
        store.close()


def goals(found: dict[str, WayFigures | Missing]) -> dict[str, bool]:
    """Whether the hub's search is exact, and quicker than every exact one, by question."""
    ours = found["ours"]
    assert isinstance(ours, WayFigures)
    reached = {"ours_is_exact": all(one.exact == 1 for one in ours.questions.values())}
    for question, own in ours.questions.items():
        others = [
            way.questions[question]
            for name, way in found.items()
            if name != "ours" and isinstance(way, WayFigures) and question in way.questions
        ]
        reached[f"{question}_ahead_of_every_exact_one"] = all(
            own.p95_ms <= other.p95_ms for other in others if other.recall == 1
        )
    return reached


def _memory_mb() -> float:
    """This process's own, without pages of files."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _in_a_process(name: str, arguments: Sequence[str]) -> WayFigures | Missing:
    print(f"… {name}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "bench.peers.index", *arguments, "--only", name]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.splitlines()[-1]
    if b'"not_installed"' in told:
        return msgspec.json.decode(told, type=Missing)
    return msgspec.json.decode(told, type=WayFigures)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sightings", type=int, default=1_000_000)
    parser.add_argument("--directory", type=Path, default=Path("var/bench-search"), help="rows are made if missing")
    parser.add_argument("--way", action="append", choices=list(WAYS), help="only this beside ours; may be given again")
    parser.add_argument("--most-s", type=float, default=20.0, help="seconds of one question")
    parser.add_argument("--checked", type=int, default=10, help="answers of each question held against all rows")
    parser.add_argument("--json", action="store_true", help="print one line")
    parser.add_argument("--only", choices=list(WAYS), help=argparse.SUPPRESS)
    given = parser.parse_args()
    month = Month(given.directory / str(given.sightings), given.sightings)
    if given.only:
        print(json.dumps(msgspec.to_builtins(run_way(given.only, month.folder, given.most_s, given.checked))))
        return
    month.make()
    arguments = [f"--sightings={given.sightings}", f"--directory={given.directory}"]
    arguments += [f"--most-s={given.most_s}", f"--checked={given.checked}"]
    found = {name: _in_a_process(name, arguments) for name in dict.fromkeys(("ours", *(given.way or WAYS)))}
    report = {"sightings": given.sightings, "ways": msgspec.to_builtins(found), "goals": goals(found)}
    print(json.dumps(report, indent=None if given.json else 1))


if __name__ == "__main__":
    main()
