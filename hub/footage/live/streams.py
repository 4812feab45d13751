"""Live view: each stream is read once for all consoles that watch it, from the first to the last of them.

Whoever comes later gets the form and the pictures since the last key picture at once. A stream that ends is opened
again while somebody watches; meanwhile its tiles say why they show nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import structlog

from devices.protocol.clock import Clock
from hub.footage.coded import CodedPicture, Form, Kind, Record, RecordError, StreamName, Word, encode
from hub.footage.errors import SourceError, no_recorder, word_of
from hub.footage.live.fresh import fresh
from hub.footage.live.together import Together
from hub.footage.relay import open_relay
from hub.footage.transcoding.transcoders import Transcoders
from hub.tasks import end_tasks

KEPT_BYTES = 8 * 1024 * 1024
"""Of the pictures since the last key picture; beyond it newcomers wait for the next."""
OPEN_AGAIN_AFTER_S = (0.2, 0.5, 1.0)
"""The last of them again and again; the first once more after a stream that gave pictures."""
_log = structlog.get_logger()


class Watched(NamedTuple):
    """What a tile shows."""

    camera_id: str
    stream: StreamName
    transcode: bool


@dataclass(frozen=True)
class Sent:
    """A record as its bytes, made once for every console."""

    kind: Kind
    key: bool
    data: bytes

    @classmethod
    def of(cls, record: Record) -> Sent:
        """Raises RecordError."""
        if isinstance(record, CodedPicture):
            return cls(Kind.PICTURE, record.key, encode(record))
        return cls(Kind.FORM if isinstance(record, Form) else Kind.WORD, False, encode(record))


class Viewer(Protocol):
    """One tile that shows a stream."""

    @property
    def person_id(self) -> str:
        """Who watches."""

    def take(self, sent: Sent) -> None:
        """Called on the event loop; must return at once."""


OpenStream = Callable[[str, StreamName], AsyncGenerator[Record]]
"""Opens a camera's stream; it ends, or raises SourceError or RecordError, where there is no more."""


class LiveStream:
    """One stream and who watches it."""

    def __init__(self, watched: Watched, open_records: Callable[[LiveStream], AsyncGenerator[Record]]) -> None:
        self.watched = watched
        self.viewers: dict[Viewer, None] = {}
        self._open_records = open_records
        self._form: Sent | None = None
        self._group: list[Sent] = []
        self._group_bytes = 0
        self._word: Word | None = None
        self._gave_pictures = False
        self._task = asyncio.create_task(self._run(), name=f"live-{watched.camera_id}-{watched.stream}")

    def join(self, viewer: Viewer) -> None:
        """Show ``viewer`` how the stream stands, and all that comes from now on."""
        for sent in (*([self._form] if self._form else []), *self._group):
            viewer.take(sent)
        if self._word is not None:
            viewer.take(Sent.of(self._word))
        self.viewers[viewer] = None

    def people(self) -> list[str]:
        """Who watches it, the first first."""
        return [viewer.person_id for viewer in self.viewers]

    async def end(self) -> None:
        """Read no further."""
        await end_tasks(self._task)

    async def _run(self) -> None:
        failures = 0
        while True:
            self._gave_pictures = False
            try:
                async with contextlib.aclosing(self._open_records(self)) as records:
                    async for record in records:
                        self._hand_on(record)
            except SourceError as error:
                self._say(word_of(error))
            except (RecordError, OSError) as error:
                _log.warning("live.broke_off", camera=self.watched.camera_id, error=str(error))
            if self._word is None:
                self._say(word_of(no_recorder()))
            self._form, self._group, self._group_bytes = None, [], 0
            failures = 0 if self._gave_pictures else failures + 1
            await asyncio.sleep(OPEN_AGAIN_AFTER_S[min(failures, len(OPEN_AGAIN_AFTER_S) - 1)])

    def _hand_on(self, record: Record) -> None:
        if isinstance(record, Word):
            self._say(record)
            return
        sent = Sent.of(record)
        if isinstance(record, Form):
            self._form, self._group, self._group_bytes = sent, [], 0
        else:
            self._word, self._gave_pictures = None, True
            self._keep(sent)
        for viewer in self.viewers:
            viewer.take(sent)

    def _keep(self, sent: Sent) -> None:
        """For newcomers: a group that is too large is given up until the next key picture."""
        if sent.key:
            self._group, self._group_bytes = [], 0
        elif not self._group:
            return
        self._group_bytes += len(sent.data)
        if self._group_bytes > KEPT_BYTES:
            self._group, self._group_bytes = [], 0
        else:
            self._group.append(sent)

    def _say(self, word: Word) -> None:
        """Each word once, until pictures come or another is to be said."""
        if word != self._word:
            self._word = word
            sent = Sent.of(word)
            for viewer in self.viewers:
                viewer.take(sent)


class LiveStreams:
    """Every stream that somebody watches."""

    def __init__(self, open_stream: OpenStream, transcoders: Transcoders, clock: Clock) -> None:
        self.transcoders = transcoders
        self._open_stream = open_stream
        self._clock = clock
        self._streams: dict[Watched, LiveStream] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def tiles(self) -> int:
        """How many tiles show a stream."""
        return sum(len(stream.viewers) for stream in self._streams.values())

    @property
    def streams(self) -> int:
        """How many streams are read for them."""
        return len(self._streams)

    def join(self, watched: Watched, viewer: Viewer) -> None:
        """Show ``viewer`` a stream, which is opened if nobody watches it yet."""
        stream = self._streams.get(watched)
        if stream is None:
            stream = self._streams[watched] = LiveStream(watched, self._open)
        stream.join(viewer)

    def leave(self, watched: Watched, viewer: Viewer) -> None:
        """``viewer`` watches no longer; the last one ends the stream and its transcoder."""
        stream = self._streams[watched]
        stream.viewers.pop(viewer, None)
        if not stream.viewers:
            del self._streams[watched]
            ending = asyncio.create_task(stream.end())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _open(self, stream: LiveStream) -> AsyncGenerator[Record]:
        watched = stream.watched
        async with contextlib.aclosing(self._open_stream(watched.camera_id, watched.stream)) as records:
            if not watched.transcode:
                async for record in records:
                    yield record
                return
            share = max(1, self.transcoders.most - 1)  # one is left for others, where there are several
            async with (
                contextlib.aclosing(fresh(records, self._clock)) as latest,
                contextlib.aclosing(self.transcoders.through(latest, stream.people, share)) as converted,
            ):
                async for record in converted:
                    yield record

    async def stop(self) -> None:
        """Return when no stream is read any longer; after the consoles have gone."""
        await asyncio.gather(*self._ending)


def relayed(path: Callable[[], str | None]) -> OpenStream:
    """Streams by the recorder's relay, whose socket is at ``path`` once it is there, all read together."""
    together = Together()

    async def opened(camera_id: str, stream: StreamName) -> AsyncGenerator[Record]:
        at = path()
        if at is None:
            raise no_recorder()
        records = await open_relay(at, camera_id, stream, together)
        try:
            async for record in records:
                yield record
        finally:
            records.close()

    return opened
