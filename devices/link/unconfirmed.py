"""Messages the hub has not confirmed yet: kept, repeated with back-off, and on disk when there is one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from devices.link.journal import Journal, open_journal
from devices.link.refusals import Refusal, Refusals
from devices.protocol.topics import Up

MAX_MESSAGES = 2000
MAX_BYTES = 64 * 1024 * 1024
"""Past either bound the oldest message is given up, counted as ``store_full``: what is new matters more."""

WINDOW = 32
"""At most so many messages wait for their first confirmation at once, so that a backlog does not flood the broker."""

_COMPACT_BYTES = 1024 * 1024


class _Keep(msgspec.Struct, frozen=True, tag="keep", array_like=True):
    message_id: str
    up: str
    payload: bytes


class _Forget(msgspec.Struct, frozen=True, tag="forget", array_like=True):
    message_ids: tuple[str, ...]


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(_Keep | _Forget)


@dataclass
class Waiting:
    """One message that waits for its confirmation; ``wait_s`` is the pause before its next sending."""

    message_id: str
    up: Up
    payload: bytes
    due_us: int = 0
    wait_s: float = 0.0
    sendings: int = 0


class Unconfirmed:
    """The messages in the order they were said. Pure apart from its journal; times are monotonic microseconds.

    A disk that fails is counted as ``store_failed``; the messages are then kept in memory alone.
    """

    def __init__(self, first_repeat_s: float, longest_repeat_s: float, refusals: Refusals, path: Path | None) -> None:
        self._first_repeat_s = first_repeat_s
        self._longest_repeat_s = longest_repeat_s
        self._refusals = refusals
        self._messages: dict[str, Waiting] = {}
        self._bytes = 0
        self.journal: Journal | None = None
        if path is not None:
            self._open(path)

    def __len__(self) -> int:
        return len(self._messages)

    def keep(self, message_id: str, up: Up, payload: bytes) -> None:
        """Remember a message until it is confirmed; it is due at once."""
        self._remember(Waiting(message_id, up, payload))
        self._write(_Keep(message_id, up.value, payload))

    def waiting(self, up: Up) -> tuple[str, ...]:
        """The ids of what waits on this topic, in the order said."""
        return tuple(message.message_id for message in self._messages.values() if message.up is up)

    def confirm(self, message_ids: tuple[str, ...]) -> list[Waiting]:
        """The hub has stored these; unknown ids are repeats of a confirmation and change nothing. Returns the known."""
        known = {message_id: self._messages[message_id] for message_id in message_ids if message_id in self._messages}
        if known:
            self._forget(tuple(known))
            self._write(_Forget(tuple(known)))
            self._compact()
        return list(known.values())

    def take_due(self, now_us: int) -> list[Waiting]:
        """The messages to send now, oldest first; each is then due again after its back-off."""
        in_flight = sum(1 for message in self._messages.values() if message.sendings == 1 and message.due_us > now_us)
        taken = []
        for message in self._messages.values():
            if message.due_us > now_us:
                continue
            if message.sendings == 0:
                if in_flight >= WINDOW:
                    continue
                in_flight += 1
            message.sendings += 1
            message.wait_s = min(message.wait_s * 2 or self._first_repeat_s, self._longest_repeat_s)
            message.due_us = now_us + round(message.wait_s * 1e6)
            taken.append(message)
        return taken

    def next_due_us(self) -> int | None:
        """When the next repeat is due, None when none is: what was never sent waits for room in the window instead."""
        return min((message.due_us for message in self._messages.values() if message.sendings), default=None)

    def repeat_all(self) -> None:
        """Make everything due at once: the line or the hub is new."""
        for message in self._messages.values():
            message.due_us = 0
            message.wait_s = 0.0
            message.sendings = 0

    def close(self) -> None:
        """Close the journal; what is said afterwards is kept in memory alone."""
        if self.journal is not None:
            self.journal.close()
            self.journal = None

    def _open(self, path: Path) -> None:
        self.journal, records = open_journal(path, self._refusals)
        for record in records:
            try:
                entry = _decoder.decode(record)
                if isinstance(entry, _Keep):
                    self._remember(Waiting(entry.message_id, Up(entry.up), entry.payload))
                else:
                    self._forget(entry.message_ids)
            except ValueError as error:
                self._refusals.add(Refusal.STORE_DAMAGED, f"{path}: {error}")

    def _remember(self, message: Waiting) -> None:
        self._forget((message.message_id,))
        self._messages[message.message_id] = message
        self._bytes += len(message.payload)
        while len(self._messages) > MAX_MESSAGES or self._bytes > MAX_BYTES:
            oldest = next(iter(self._messages))
            self._forget((oldest,))
            self._refusals.add(Refusal.STORE_FULL, f"gave up unconfirmed message {oldest}")

    def _forget(self, message_ids: tuple[str, ...]) -> None:
        for message_id in message_ids:
            message = self._messages.pop(message_id, None)
            if message is not None:
                self._bytes -= len(message.payload)

    def _write(self, entry: _Keep | _Forget) -> None:
        if self.journal is None:
            return
        try:
            self.journal.append(_encode(entry))
        except OSError as error:
            self._refusals.add(Refusal.STORE_FAILED, str(error))

    def _compact(self) -> None:
        if self.journal is None or self.journal.size_bytes < _COMPACT_BYTES + 3 * self._bytes:
            return
        try:
            self.journal.rewrite([_encode(_Keep(m.message_id, m.up.value, m.payload)) for m in self._messages.values()])
        except OSError as error:
            self._refusals.add(Refusal.STORE_FAILED, str(error))
