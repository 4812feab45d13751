"""What a search costs: ``qianshao bench search``. The hub's own service over a month of sightings (search_month.py).

Each question is asked many times, of the service as the console's request asks it: the photo's sighting is read, hits
are read and told in words. Before that, once each after the files were forgotten by the file system, and once again
when they had been read. Then once more while GOAL_PER_S sightings a second are taken in. All files are read just before
each question's rounds, since a machine may take pages back that nobody touched for minutes; what came from the disk all
the same is told. Whether the ranking is exact is judged by scoring every row of the month with scoring.py.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from bench.search_figures import GOAL_PER_S, ROUNDS, Cold, Measured, Plan, Question, Report, report
from bench.search_floor import bytes_a_row, reading_gb_per_s
from bench.search_month import CAMERAS, DESCRIBER, END_HOUR, HOURS, Month, sighting_id
from devices.protocol.clock import ManualClock
from devices.protocol.sightings import COLOURS, Sighting
from hub.sightings.messages import CameraPlace, Description, Query
from hub.sightings.rows import HOUR_US
from hub.sightings.scan import prepare
from hub.sightings.scoring import WHOLE, Likeness, Looks, Wanted, plan_of, score
from hub.sightings.search import rank
from hub.sightings.service import SightingService
from hub.sightings.span import Span
from hub.sightings.store import Store
from hub.sightings.turns import GivenUp

_BATCH = 50
_HOUR_MS = HOUR_US // 1000
_CHUNK_ROWS = 65_536
_PIECE_BYTES = 8 << 20
_BEST = 50
_GIVEN_UP, _GONE_AFTER_S = 20, 0.02
"""So many questions are given up, so long after they were asked."""


def run(plan: Plan) -> Report:
    """Make the month where it is not there yet, and measure. Raises OSError."""
    month = Month(plan.folder / str(plan.sightings), plan.sightings)
    _forget_taken_in(month.folder)
    month.make()
    try:
        return report(plan, _measure(month, plan.taking_in_s))
    finally:
        _forget_taken_in(month.folder)


class Asking:
    """Asks a service questions about a month, other ones each time, the same in each run."""

    def __init__(self, month: Month, service: SightingService) -> None:
        self._service = service
        self._cameras = tuple(CameraPlace(camera_id) for camera_id in month.camera_ids)
        self._ids = month.camera_ids
        self._rng = np.random.default_rng(7)

    def ask(self, question: Question) -> float:
        """Milliseconds of one asking."""
        query = self._query(question)
        if query.like_sighting_id is not None:
            self._service.get(query.like_sighting_id)  # a search told of it, or nobody could have chosen it
        began_s = time.perf_counter()
        answer = self._service.search(query, self._cameras)
        took_ms = (time.perf_counter() - began_s) * 1000
        if not answer.coverage.sightings_considered:
            raise ValueError(f"nothing was compared for {query}")
        return took_ms

    def give_up(self) -> float | None:
        """Milliseconds from when nobody waits for a photo's month any more to its end; None if it was over before."""
        query, given_up, gone_s = self._query(Question.D), threading.Event(), 0.0

        def go() -> None:
            nonlocal gone_s
            gone_s = time.perf_counter()
            given_up.set()

        going = threading.Timer(_GONE_AFTER_S, go)
        going.start()
        try:
            self._service.search(query, self._cameras, given_up)
        except GivenUp:
            return (time.perf_counter() - gone_s) * 1000
        finally:
            going.join()
        return None

    def _query(self, question: Question) -> Query:
        rng = self._rng
        hour = END_HOUR - HOURS + 24 * int(rng.integers(0, HOURS // 24 - 1)) + int(rng.integers(7, 20))
        since_ms = hour * _HOUR_MS + int(rng.integers(0, _HOUR_MS))
        if question is Question.A:
            chosen = tuple(self._ids[number] for number in rng.choice(CAMERAS, 12, replace=False))
            until_ms = since_ms + 2 * _HOUR_MS
            return Query(
                camera_ids=chosen, since_at_ms=since_ms, until_at_ms=until_ms, like_sighting_id=self._photo(hour)
            )
        if question is Question.B:
            return Query(description=self._described(), since_at_ms=since_ms, until_at_ms=since_ms + 24 * _HOUR_MS)
        return Query(
            description=None if question is Question.D else self._described(),
            like_sighting_id=None if question is Question.C else self._photo(hour),
        )

    def _described(self) -> Description:
        upper, lower = (COLOURS[int(self._rng.integers(0, len(COLOURS)))] for _ in range(2))
        return Description(upper=(upper,), lower=(lower,), height_m=float(self._rng.uniform(0.9, 1.8)))

    def _photo(self, hour: int) -> str:
        """Of a camera that saw somebody in that hour."""
        for camera in self._rng.permutation(CAMERAS).tolist():
            name = sighting_id(hour, self._ids[camera], 0)
            if self._service.get(name) is not None:
                return name
        raise ValueError(f"nobody was seen in hour {hour}")


class TakingIn(threading.Thread):
    """Adds GOAL_PER_S sightings a second, in batches as the hub's intake does, until told to end."""

    def __init__(self, service: SightingService, like: Sighting, camera_ids: tuple[str, ...]) -> None:
        super().__init__(name="taking-in")
        self._service, self._like, self._camera_ids = service, like, camera_ids
        self._ending = threading.Event()
        self.per_s = 0.0

    def run(self) -> None:
        taken, began_s = 0, time.monotonic()
        while not self._ending.wait(max(0.0, began_s + taken / GOAL_PER_S - time.monotonic())):
            taken += sum(new is True for new in self._service.add_all(self._batch(taken)))
        self.per_s = taken / (time.monotonic() - began_s)

    def end(self) -> None:
        self._ending.set()
        self.join()

    def _batch(self, first: int) -> list[Sighting]:
        started_at_us = END_HOUR * HOUR_US + first * 500
        return [
            msgspec.structs.replace(
                self._like,
                sighting_id=f"new-{number}",
                camera_id=self._camera_ids[number % CAMERAS],
                started_at_us=started_at_us,
                ended_at_us=started_at_us + 8_000_000,
            )
            for number in range(first, first + _BATCH)
        ]


def _measure(month: Month, taking_in_s: float) -> Measured:
    prepare()
    cold = {question: _cold(month, question) for question in Question}
    service, open_s = _opened(month)
    asking = Asking(month, service)
    try:
        _say("first askings")
        first = {question: asking.ask(question) for question in Question}
        warm, warm_read_mb = dict[Question, list[float]](), dict[Question, float]()
        for question, rounds in ROUNDS.items():
            _say(f"question {question}, {rounds} times")
            _read_all(month)
            before_mb = _read_mb()
            warm[question] = [asking.ask(question) for _ in range(rounds)]
            warm_read_mb[question] = _read_mb() - before_mb
        memory_mb, mapped_mb = _memory_mb()
        gb_per_s = _reading_gb_per_s(month)
        given_up_ms = [ms for ms in (asking.give_up() for _ in range(_GIVEN_UP)) if ms is not None]
        like = service.get(asking._photo(END_HOUR - 12))
        assert like is not None
        taking_in = TakingIn(service, like, month.camera_ids)
        taking_in.start()
        beside = {question: _for(asking, month, question, taking_in_s) for question in Question}
        taking_in.end()
    finally:
        service.close()
    _forget_taken_in(month.folder)
    _say("comparing with every row")
    return Measured(
        warm,
        warm_read_mb,
        beside,
        first,
        cold,
        taking_in.per_s,
        is_exact(month),
        sum(path.stat().st_size for path in (month.folder / "sealed").glob("*.columns")) / month.sightings,
        open_s,
        memory_mb,
        mapped_mb,
        gb_per_s,
        {question: bytes_each * month.sightings / gb_per_s / 1e6 for question, bytes_each in _bytes_a_row(asking)},
        given_up_ms,
    )


def _reading_gb_per_s(month: Month) -> float:
    _say("reading alone")
    store = Store(month.folder)
    try:
        return reading_gb_per_s(store.tables(None, None))
    finally:
        store.close()


def _bytes_a_row(asking: Asking) -> Iterator[tuple[Question, float]]:
    """Of the questions that go over every row: by description, by photo."""
    yield Question.C, sum(bytes_a_row(Wanted(asking._described())) for _ in range(_BEST)) / _BEST
    yield Question.D, bytes_a_row(Wanted(Description(), Likeness({DESCRIBER: b"1"})))


def _read_all(month: Month) -> None:
    """Have the file system hold all files, where there is memory for them."""
    content = bytearray(_PIECE_BYTES)
    for path in (month.folder / "sealed").iterdir():
        with path.open("rb", buffering=0) as file:
            while file.readinto(content):
                pass


def _read_mb() -> float:
    """What this process has had from the disk so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_inblock * 512 / 1e6


def _for(asking: Asking, month: Month, question: Question, seconds: float) -> list[float]:
    _say(f"question {question} while sightings are taken in")
    _read_all(month)
    found, until_s = [asking.ask(question)], time.monotonic() + seconds
    while time.monotonic() < until_s:
        found.append(asking.ask(question))
    return found


def _opened(month: Month) -> tuple[SightingService, float]:
    service = SightingService(month.folder, ManualClock(wall_us=END_HOUR * HOUR_US))
    began_s = time.perf_counter()
    service.open()
    return service, time.perf_counter() - began_s


def _cold(month: Month, question: Question) -> Cold:
    """One asking right after the file system was asked to forget the files."""
    _say(f"question {question}, cold")
    for path in (month.folder / "sealed").iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
    gc.collect()
    service, _ = _opened(month)
    try:
        asking = Asking(month, service)
        before_mb = _read_mb()
        took_ms = asking.ask(question)
        return Cold(round(took_ms, 3), round(_read_mb() - before_mb, 1))
    finally:
        service.close()


def is_exact(month: Month) -> bool:
    """Whether the search's order is that of all rows sorted, for a description and for that with a photo."""
    store = Store(month.folder)
    tables = store.tables(None, None)
    photo = Likeness({DESCRIBER: tables[len(tables) // 2].columns.descriptor[0].tobytes()})
    said = Description(upper=("red",), lower=("blue", "black"), height_m=1.2)
    exact = True
    for wanted in (Wanted(said), Wanted(said, photo), Wanted(Description(), photo)):
        plan, best = plan_of(wanted), list[tuple[int, int, int, int]]()
        (like_of,) = plan.like_of([DESCRIBER])
        for table in tables:
            for first in range(0, len(table.columns), _CHUNK_ROWS):
                part = slice(first, min(first + _CHUNK_ROWS, len(table.columns)))
                codes, descriptor = table.columns.codes[:, part], table.columns.descriptor[part]
                whole, _ = score(Looks(codes, descriptor, np.full(len(descriptor), like_of)), plan)
                started_ms = table.columns.started_ms[part].astype(np.int64)
                order = np.lexsort((-started_ms, -whole))[:_BEST]
                best += [(int(whole[at]), table.hour, int(started_ms[at]), first + int(at)) for at in order]
            best = sorted(best, key=lambda one: (-one[0], -one[1], -one[2], one[3]))[:_BEST]
        found = rank(tables, frozenset(month.camera_ids), Span(None, None), wanted, _BEST)
        told = [(round(one.score * WHOLE), one.table.hour, one.row) for one in found.best]
        exact = exact and told == [(whole, hour, row) for whole, hour, _, row in best]
        exact = exact and found.considered == month.sightings
    store.close()
    return exact


def _forget_taken_in(folder: Path) -> None:
    """The month stays as it was made."""
    for path in (folder / "open").glob("*.log"):
        path.unlink()


def _memory_mb() -> tuple[float, float]:
    """This process's own, and what it has mapped of files' pages, which others may take at any time."""
    kinds = dict.fromkeys(("RssAnon", "RssFile"), 0.0)
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in kinds:
            kinds[name] = int(value.split()[0]) / 1024
    return kinds["RssAnon"], kinds["RssFile"]


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
