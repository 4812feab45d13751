"""Holds what devices say to their seals: nobody speaks for another, and nothing that was said is taken again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from devices.protocol.seal import WILL_COUNTER, SealError, unseal
from devices.protocol.topics import Up, UpTopic
from hub.bridge.refused import RefusedReason
from hub.bridge.tables import seals_taken
from hub.storage.database import Database
from hub.storage.writer import Change

SAVE_EVERY_S = 5.0
WINDOW = 256
"""Brokers hand QoS 1 on after QoS 0 under load: a counter may come so far behind the largest (RFC 4303, 3.4.3).

130 radios with 50 messages a second each, the hub busy elsewhere 40 % of the time: 6 behind on mosquitto, 188 on the
embedded broker; 1 behind at a third of that.
"""
_ALL_TAKEN = (1 << WINDOW) - 1
_ROW = 1


class SealRefused(Exception):
    """Words that are not the device's own, or old ones; says what a person needs to look into it."""

    def __init__(self, reason: RefusedReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class _Pair(msgspec.Struct, frozen=True, array_like=True):
    """As it is stored; ``key_mark`` tells another key, whose births and counters have nothing to do with these."""

    device_id: str
    key_mark: bytes
    birth_count: int
    counter: int


_pairs = msgspec.msgpack.Decoder(list[_Pair])


@dataclass(slots=True)
class Taken:
    """What was taken of one device: of its latest birth the largest counter, and which of those close below it.

    Bit n of ``taken`` stands for ``counter`` - n. The will has a counter above all others and so a mark of its own:
    what the device had said before may come after it.
    """

    key_mark: bytes
    birth_count: int = -1
    counter: int = 0
    taken: int = _ALL_TAKEN
    ended: bool = False

    def take(self, birth_count: int, counter: int) -> bool:
        """Take one message; false when it is of an older birth, was taken, or is too far behind to know."""
        if birth_count < self.birth_count:
            return False
        if birth_count > self.birth_count:
            self.birth_count, self.counter, self.taken, self.ended = birth_count, 0, 0, False
        if counter == WILL_COUNTER:
            first, self.ended = not self.ended, True
            return first
        ahead = counter - self.counter
        if ahead > 0:
            self.counter, self.taken = counter, ((self.taken << min(ahead, WINDOW)) | 1) & _ALL_TAKEN
            return True
        bit = 1 << -ahead
        if -ahead >= WINDOW or self.taken & bit:
            return False
        self.taken |= bit
        return True


@dataclass(slots=True)
class _Device:
    """What was taken under ``key``, None until it is asked for, and the key that the device had before."""

    taken: Taken
    key: bytes | None = None
    former_key: bytes | None = None


class SealBook:
    """The latest of each device, on disk every SAVE_EVERY_S and at an orderly end.

    ``keys`` gives a device's seal key, None for one that is not enrolled or no longer. One entry a device is kept.
    """

    def __init__(self, database: Database, keys: Callable[[str], bytes | None]) -> None:
        self._database = database
        self._keys = keys
        self._devices: dict[str, _Device] = {}
        self._changed = False

    def open(self) -> None:
        """Load what an earlier run left: all up to its largest counters counts as taken."""
        stored = self._database.read_now(
            lambda connection: connection.execute(sa.select(seals_taken.c.pairs)).scalar_one_or_none()
        )
        for pair in _pairs.decode(stored) if stored else []:
            ended = pair.counter == WILL_COUNTER
            self._devices[pair.device_id] = _Device(Taken(pair.key_mark, pair.birth_count, pair.counter, ended=ended))

    def check(self, topic: UpTopic, topic_text: str, payload: bytes, retained: bool) -> bytes | None:
        """The body that was sealed. Raises SealRefused.

        None for what a birth or a key that is over left behind, and means nothing any more: a retained state, or the
        Death that a broker says late (P-2.6).
        """
        left_behind = retained or topic.up is Up.DEATH
        key = self._keys(topic.device_id)
        if key is None:
            raise SealRefused(RefusedReason.UNKNOWN_DEVICE, "not enrolled, or revoked: enrol it with a new code")
        device = self._of(topic.device_id, key)
        try:
            sealed = unseal(key, topic_text, payload)
        except SealError as error:
            if not _is_sealed(device.former_key, topic_text, payload):
                raise SealRefused(RefusedReason.FORGED, f"somebody spoke for {topic.device_id}: {error}") from None
            if left_behind:
                return None
            raise SealRefused(
                RefusedReason.FORMER_KEY,
                f"{topic.device_id} by the credential it had before: it changes over now, or somebody has a copy",
            ) from None
        taken = device.taken
        if sealed.birth_count < taken.birth_count and left_behind:
            return None
        if taken.take(sealed.birth_count, sealed.counter):
            self._changed = True
        elif not (retained and sealed.birth_count == taken.birth_count):
            raise SealRefused(
                RefusedReason.REPLAYED,
                f"words of {topic.device_id} that were said before: birth {sealed.birth_count}, message "
                f"{sealed.counter}, where birth {taken.birth_count}, message {taken.counter} is the newest",
            )
        return sealed.body

    def _of(self, device_id: str, key: bytes) -> _Device:
        device = self._devices.get(device_id)
        if device is None or device.key != key:
            mark = _mark(key)
            if device is None or device.taken.key_mark != mark:
                device = _Device(Taken(mark), key, device.key if device else None)
            device.key = key
            self._devices[device_id] = device
        return device

    async def run(self) -> None:
        """Save what changed until cancelled."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            await self.save()

    async def save(self) -> None:
        """Bring what changed to disk; devices without a key are forgotten."""
        if not self._changed:
            return
        self._changed = False
        self._devices = {device_id: device for device_id, device in self._devices.items() if self._keys(device_id)}
        stored = msgspec.msgpack.encode(
            [
                _Pair(device_id, taken.key_mark, taken.birth_count, WILL_COUNTER if taken.ended else taken.counter)
                for device_id, taken in ((device_id, device.taken) for device_id, device in self._devices.items())
            ]
        )

        def change(open_change: Change) -> None:
            open_change.connection.execute(sa.delete(seals_taken))
            open_change.connection.execute(sa.insert(seals_taken).values(number=_ROW, pairs=stored))

        try:
            await self._database.write(change)
        except BaseException:
            self._changed = True
            raise


def _is_sealed(key: bytes | None, topic_text: str, payload: bytes) -> bool:
    if key is None:
        return False
    try:
        unseal(key, topic_text, payload)
    except SealError:
        return False
    return True


def _mark(key: bytes) -> bytes:
    """Tells keys apart without telling the key."""
    return hashlib.blake2b(key=key, digest_size=8).digest()
