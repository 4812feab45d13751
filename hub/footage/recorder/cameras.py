"""The recorder's cameras: what is assigned becomes threads, queues and channels; what changed is begun anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from devices.protocol.clock import Clock
from hub.footage.coded import Form, StreamName
from hub.footage.recorder.channel import Channel
from hub.footage.recorder.control import Assigned, RecordedCamera, StreamAddress
from hub.footage.recorder.encoder import MAX_FOREIGN_STREAMS, MAX_MASKED_IMPORTS
from hub.footage.recorder.reader import StreamReader
from hub.footage.recorder.recording import Recording, Segment
from hub.footage.recorder.relay_server import RelayServer
from hub.footage.recorder.standing import Standing
from hub.footage.recorder.writers import Intake, Writers
from hub.footage.sources.opening import Patience
from hub.registry.masked_cameras import MAX_MASKED_CAMERAS


@dataclass(frozen=True)
class _Running:
    """One stream of a camera that is read."""

    reader: StreamReader
    standing: Standing
    channel: Channel | None
    intake: Intake | None


class Cameras:
    """Called in one thread; ``turned`` is called from any, and ``begin`` makes a segment, as in ``Recording``."""

    def __init__(
        self,
        begin: Callable[[Form, int], Segment],
        relay: RelayServer,
        writers: Writers,
        clock: Clock,
        turned: Callable[[], None],
        patience: Patience | None = None,
    ) -> None:
        self._begin_segment = begin
        self._relay = relay
        self._writers = writers
        self._clock = clock
        self._turned = turned
        self._patience = patience or Patience()
        self._foreign = threading.BoundedSemaphore(MAX_FOREIGN_STREAMS)
        self._assigned: dict[str, tuple[RecordedCamera, bool]] = {}
        self._running: dict[str, list[_Running]] = {}

    def assign(self, assigned: Assigned) -> None:
        """These from now on; a camera whose assignment is the same is not disturbed."""
        may_mask = self._may_mask(assigned.cameras)
        wanted = {one.camera_id: (one, one.camera_id in may_mask) for one in assigned.cameras}
        for camera_id in [name for name, one in self._assigned.items() if wanted.get(name) != one]:
            self._end(camera_id)
        for camera_id, (camera, masks_left) in wanted.items():
            if camera_id not in self._running:
                self._begin(camera, masks_left)
        self._assigned = wanted
        self._turned()

    def _may_mask(self, cameras: Sequence[RecordedCamera]) -> set[str]:
        """Which are decoded and encoded, since parts of them are never stored. Those that are already stay so, whoever
        comes; recordings, which are read once, take no camera's place."""
        masked = sorted(
            (one for one in cameras if one.unstored),
            key=lambda one: (self._assigned.get(one.camera_id, (None, False))[1] is False, one.camera_id),
        )
        live = [one.camera_id for one in masked if one.main.started_at_us is None]
        imports = [one.camera_id for one in masked if one.main.started_at_us is not None]
        return {*live[:MAX_MASKED_CAMERAS], *imports[:MAX_MASKED_IMPORTS]}

    @property
    def standings(self) -> Iterator[Standing]:
        for streams in self._running.values():
            for one in streams:
                yield one.standing

    def stop(self) -> None:
        """Nothing more is handed on."""
        for streams in self._running.values():
            for one in streams:
                one.reader.stop()

    def _end(self, camera_id: str) -> None:
        for one in self._running.pop(camera_id):
            one.reader.stop()
            if one.channel is not None:
                self._relay.withdraw(one.channel)
            if one.intake is not None:
                self._writers.forget(one.intake)

    def _begin(self, camera: RecordedCamera, masks_left: bool) -> None:
        main_as = (StreamName.MAIN,) if camera.sub is not None else (StreamName.MAIN, StreamName.SUB)
        streams = [self._stream(camera, main_as, camera.main, camera.recorded, masks_left)]
        if camera.sub is not None:
            streams.append(self._stream(camera, (StreamName.SUB,), camera.sub, False, masks_left))
        self._running[camera.camera_id] = streams
        for one in streams:
            one.reader.start()

    def _stream(
        self,
        camera: RecordedCamera,
        offered_as: tuple[StreamName, ...],
        address: StreamAddress,
        recorded: bool,
        masks_left: bool,
    ) -> _Running:
        stream = offered_as[0]
        standing = Standing(camera.camera_id, stream, self._clock, self._turned)
        standing.records = recorded
        intake = None
        if recorded:
            recording = Recording(self._begin_segment, self._clock, standing.written)
            intake = self._writers.intake(recording, standing.written)
        is_live = address.started_at_us is None
        channel = self._relay.offer(camera.camera_id, offered_as) if is_live else None
        reader = StreamReader(
            camera.camera_id,
            stream,
            address,
            camera.unstored,
            channel=channel,
            intake=intake,
            standing=standing,
            clock=self._clock,
            foreign=self._foreign,
            patience=self._patience,
            masks_left=masks_left,
        )
        return _Running(reader, standing, channel, intake)
