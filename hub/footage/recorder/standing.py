"""How one stream stands: written by the threads that read and write it, told to the hub."""

from __future__ import annotations

from collections.abc import Callable

from devices.protocol.clock import Clock
from hub.footage.coded import Form, StreamName
from hub.footage.errors import Refused, SourceError, Stalled, Withheld
from hub.footage.recorder.control import Condition, Disk, Stand
from hub.footage.recorder.recording import Written


class Standing:
    """Numbers are whole in themselves; a word that is a moment late is put right by the next."""

    def __init__(self, camera_id: str, stream: StreamName, clock: Clock, turned: Callable[[], None]) -> None:
        self._named = camera_id, stream
        self._clock = clock
        self._turned = turned
        self._condition = Condition.CONNECTING
        self._detail = ""
        self._since_us = clock.wall_us()
        self.written = Written(turned)
        self.form: Form | None = None
        self.pictures = 0
        self.reconnects = 0
        self.records = False
        self.clock_offset_s: float | None = None
        self.progress: float | None = None
        self._received_before = self._lost_before = 0
        self._received: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self._told: tuple[object, ...] | None = None

    @property
    def condition(self) -> Condition:
        return self._condition

    def count(self, received: Callable[[], tuple[int, int]]) -> None:
        """A connection begins: ``received`` says its bytes and lost packets from now on."""
        bytes_received, lost = self._received()
        self._received_before += bytes_received
        self._lost_before += lost
        self._received = received

    def turn(self, condition: Condition, detail: str = "") -> None:
        """It stands otherwise."""
        if condition is not self._condition:
            self._since_us = self._clock.wall_us()
        if (condition, detail) != (self._condition, self._detail):
            self._detail, self._condition = detail, condition
            self._turned()

    def fail(self, error: SourceError) -> None:
        """It cannot be had, for this reason."""
        self.turn(_condition_of(error), f"{error.chinese} ({error})")

    def change_form(self, form: Form) -> None:
        """What comes has another form."""
        self.form = form
        self._turned()

    def stand(self) -> Stand:
        """The word on it."""
        camera_id, stream = self._named
        bytes_received, lost = self._received()
        online = self._condition is Condition.ONLINE
        return Stand(
            camera_id=camera_id,
            stream=stream,
            condition=self._condition,
            detail=self._detail,
            since_us=self._since_us,
            form=self.form,
            bytes_received=self._received_before + bytes_received,
            bytes_written=self.written.bytes,
            pictures=self.pictures,
            pictures_missing=self.written.missing,
            packets_lost=self._lost_before + lost,
            reconnects=self.reconnects,
            clock_offset_s=self.clock_offset_s if online else None,
            disk=self.written.disk,
            recording=self.records and online and self.written.disk is Disk.OK,
            progress=self.progress,
        )

    def turned_since(self, stand: Stand) -> bool:
        """Whether this word says another state than the one before; its numbers aside."""
        told = (stand.condition, stand.detail, stand.form, stand.disk, stand.recording)
        changed = told != self._told
        self._told = told
        return changed


def _condition_of(error: SourceError) -> Condition:
    if isinstance(error, Withheld):
        return Condition.WITHHELD
    if isinstance(error, Refused):
        return Condition.REFUSED
    return Condition.STALLED if isinstance(error, Stalled) else Condition.UNREADABLE
