"""The one writer: changes from every room, many in a transaction, each event numbered in its change's transaction.

A change is a function of a ``Change``. It runs in the writer's thread inside a savepoint, so that one that fails takes
nothing else with it. It may run twice when the database was briefly away, so it must touch nothing but the ``Change``.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog

from devices.protocol.clock import Clock
from hub.storage.away import has_no_room, is_away
from hub.storage.journal import Journal
from hub.storage.outcome import Outcome

_T = TypeVar("_T")
_J = TypeVar("_J", bound=Journal[Any])
_log = structlog.get_logger()

MAX_BATCH = 256
MAX_WAITING = 20_000
"""Changes waiting for the writer; one more is refused, since the disk has then been away for minutes."""
RETRY_FOR_S = 30.0
RETRY_EVERY_S = 0.1


class StorageOverloaded(RuntimeError):
    """The database has not kept up and the queue of changes is full."""


class StorageClosed(RuntimeError):
    """The writer has been stopped."""


@dataclass
class Change:
    """One open change: the connection to write with, the time of the batch, and its journals."""

    connection: sa.Connection
    at_us: int
    journals: Sequence[Journal[Any]] = ()

    def journal(self, kind: type[_J]) -> _J:
        """The journal of this kind, to note in. Raises LookupError when the database has none."""
        for journal in self.journals:
            if isinstance(journal, kind):
                return journal
        raise LookupError(f"this database has no {kind.__name__}: add it to the writer")


@dataclass
class _Job:
    run: Callable[[Change], Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


@dataclass
class WriterCounts:
    """Plain counters; metrics.py reads them."""

    changes: int = 0
    batches: int = 0
    failed: int = 0
    disk_full: bool = False
    """Whether the latest batch found no room on the disk, and is being tried again or was lost."""
    retried_batches: int = 0
    longest_batch_s: float = field(default=0.0)


class Writer:
    """Runs changes in batches in one thread. ``journals`` write beside them; order is kept."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self.counts = WriterCounts()
        self._engine = engine
        self._clock = clock
        self._journals: list[Journal[Any]] = []
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._waiting = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._unanswered: tuple[Outcome, list[_Job]] | None = None
        """The latest commit, as long as nobody has said how it ended; also of a batch that was given up meanwhile."""

    @property
    def waiting(self) -> int:
        """Changes not yet on disk."""
        return self._waiting

    def add_journal(self, journal: Journal[Any]) -> None:
        """Before ``start``: have ``journal`` written in every batch."""
        self._journals.append(journal)

    def start(self) -> None:
        """Start the thread; futures are resolved on the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="storage-writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Write what waits, then end the thread; later changes are refused."""
        self._closed = True
        if self._thread is None:
            return
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        self._thread = None

    async def write(self, change: Callable[[Change], _T]) -> _T:
        """Run ``change`` and return its result when it is on disk.

        Raises whatever ``change`` raised (then nothing of it is kept), StorageOverloaded or StorageClosed.
        """
        if self._closed:
            raise StorageClosed("the database is closed")
        if self._loop is None or self._waiting >= MAX_WAITING:
            raise StorageOverloaded(f"{self._waiting} changes wait for the database")
        done: asyncio.Future[_T] = self._loop.create_future()
        self._waiting += 1
        self._jobs.put(_Job(change, done))
        return await done

    def _work(self) -> None:
        ended = False
        while not ended:
            batch: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                batch.append(job)
                if len(batch) == MAX_BATCH:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            ended = job is None
            if batch:
                self._commit(batch)

    def _commit(self, batch: list[_Job]) -> None:
        began = time.monotonic()
        after: list[Callable[[], None]] = []
        try:
            after = self._insist(batch)
        except Exception as error:
            if len(batch) > 1 and not is_away(error):
                for job in batch:  # whichever broke the batch fails alone
                    self._commit([job])
                return
            _log.error("storage.batch_lost", changes=len(batch), error=str(error))
            self.counts.failed += len(batch)
            for job in batch:
                job.error = error
        self.counts.batches += 1
        self.counts.changes += len(batch)
        self.counts.longest_batch_s = max(self.counts.longest_batch_s, time.monotonic() - began)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._resolve, batch, after)

    def _insist(self, batch: list[_Job]) -> list[Callable[[], None]]:
        """Commit the batch, trying for RETRY_FOR_S while the database is away."""
        until = time.monotonic() + RETRY_FOR_S
        while True:
            try:
                after = self._try_commit(batch)
                self.counts.disk_full = False
                return after
            except Exception as error:
                self.counts.disk_full = has_no_room(error)
                if not is_away(error) or time.monotonic() > until:
                    raise
                self.counts.retried_batches += 1
                _log.warning("storage.batch_retried", changes=len(batch), error=str(getattr(error, "orig", error)))
                time.sleep(RETRY_EVERY_S)

    def _try_commit(self, batch: list[_Job]) -> list[Callable[[], None]]:
        if self._unanswered is not None and self._took_place(*self._unanswered) is batch:
            return []
        with self._engine.connect().execution_options(write=True) as connection, connection.begin() as transaction:
            self._run(batch, connection)
            self._unanswered = Outcome(connection), batch
            transaction.commit()
        self._unanswered = None
        return self._after()

    def _took_place(self, outcome: Outcome, batch: list[_Job]) -> list[_Job] | None:
        """``batch`` where it is on disk after all, and what follows from that is done; the journals still hold it."""
        is_committed = outcome.is_committed(self._engine)
        self._unanswered = None
        if not is_committed:
            return None
        assert self._loop is not None
        for after in self._after():
            self._loop.call_soon_threadsafe(after)
        return batch

    def _after(self) -> list[Callable[[], None]]:
        return [after for journal in self._journals if (after := journal.committed()) is not None]

    def _run(self, batch: list[_Job], connection: sa.Connection) -> None:
        change = Change(connection, self._clock.wall_us(), self._journals)
        for journal in self._journals:
            journal.begin(connection)
        for job in batch:
            marks = [journal.mark() for journal in self._journals]
            connection.exec_driver_sql("SAVEPOINT change")
            try:
                job.result, job.error = job.run(change), None
            except Exception as error:
                if is_away(error):
                    raise
                connection.exec_driver_sql("ROLLBACK TO change")
                for journal, mark in zip(self._journals, marks, strict=True):
                    journal.back_to(mark)
                job.error = error
                self.counts.failed += 1
            connection.exec_driver_sql("RELEASE change")
        for journal in self._journals:
            journal.flush(connection)

    def _resolve(self, batch: list[_Job], after: list[Callable[[], None]]) -> None:
        self._waiting -= len(batch)
        try:
            for step in after:
                step()
        finally:
            for job in batch:
                if job.done.cancelled():
                    continue
                if job.error is not None:
                    job.done.set_exception(job.error)
                else:
                    job.done.set_result(job.result)
