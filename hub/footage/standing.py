"""How each camera stands by the recorder's word: both its streams taken together, and what of it is worth telling."""

from __future__ import annotations

from dataclasses import dataclass

from hub.footage.coded import Form, StreamName
from hub.footage.recorder.control import Condition, Disk, Stand

CLOCK_IS_WRONG_S = 5.0
"""A camera's clock that is off by more is told; times in the recording are the hub's."""
LEAST_RATE_OVER_US = 1_000_000
RECORDER_ENDED = "录像进程已停，正在重启 (the recorder ended and is being started again)"


@dataclass(frozen=True)
class CameraStand:
    """One camera. Counts are of both its streams since the recorder started; ``since_us`` is UTC, of the condition."""

    condition: Condition
    detail: str
    since_us: int
    recorded: bool
    """Whether its pictures are being kept now."""
    disk: Disk
    clock_offset_s: float | None
    """Camera less hub; None where it does not tell."""
    bytes_received: int
    bytes_written: int
    pictures: int
    pictures_missing: int
    packets_lost: int
    reconnects: int
    bytes_per_s: int
    progress: float | None
    forms: dict[StreamName, Form]

    @property
    def _told(self) -> tuple[object, ...]:
        clock = self.clock_offset_s is not None and abs(self.clock_offset_s) > CLOCK_IS_WRONG_S
        return self.condition, self.detail, self.recorded, self.disk, clock, self.forms

    def differs(self, before: CameraStand | None) -> bool:
        """Whether a person should hear of it."""
        return before is None or before._told != self._told


@dataclass
class _Heard:
    streams: dict[StreamName, Stand]
    at_us: int = 0
    bytes_received: int = 0
    bytes_per_s: int = 0


class Standing:
    """All cameras, each by the latest words on its streams."""

    def __init__(self) -> None:
        self._heard: dict[str, _Heard] = {}
        self._stands: dict[str, CameraStand] = {}

    def of(self, camera_id: str) -> CameraStand | None:
        """How one stands; None before the recorder's first word on it."""
        return self._stands.get(camera_id)

    @property
    def all(self) -> dict[str, CameraStand]:
        """By camera."""
        return self._stands

    def hear(self, stand: Stand, at_us: int) -> bool:
        """Take in a word that came at ``at_us`` (monotonic); whether the camera turned."""
        heard = self._heard.setdefault(stand.camera_id, _Heard({}, at_us))
        heard.streams[stand.stream] = stand
        received = sum(one.bytes_received for one in heard.streams.values())
        if at_us - heard.at_us >= LEAST_RATE_OVER_US:
            heard.bytes_per_s = max(0, round((received - heard.bytes_received) * 1e6 / (at_us - heard.at_us)))
            heard.at_us, heard.bytes_received = at_us, received
        before, now = self._stands.get(stand.camera_id), _together(heard)
        self._stands[stand.camera_id] = now
        return now.differs(before)

    def lose(self) -> list[str]:
        """The recorder ended: nobody reads any camera now. Those of which that must be told."""
        lost = []
        for camera_id, heard in self._heard.items():
            for name, stand in heard.streams.items():
                if stand.condition is not Condition.FINISHED:
                    heard.streams[name] = Stand(
                        camera_id=camera_id,
                        stream=name,
                        condition=Condition.CONNECTING,
                        detail=RECORDER_ENDED,
                        since_us=stand.since_us,
                        form=stand.form,
                    )
            heard.bytes_received = heard.bytes_per_s = 0
            before, self._stands[camera_id] = self._stands[camera_id], _together(heard)
            if self._stands[camera_id].differs(before):
                lost.append(camera_id)
        return lost

    def keep_only(self, camera_ids: set[str]) -> None:
        """Forget the cameras that are not among these."""
        for camera_id in self._heard.keys() - camera_ids:
            del self._heard[camera_id], self._stands[camera_id]


def _together(heard: _Heard) -> CameraStand:
    """Main and sub as one: as the main stream stands, since that is the one that is kept."""
    streams = heard.streams
    first = streams.get(StreamName.MAIN) or next(iter(streams.values()))
    every = list(streams.values())
    detail = first.detail
    sub = streams.get(StreamName.SUB)
    if not detail and sub is not None and sub.condition not in (Condition.ONLINE, Condition.CONNECTING) and sub.detail:
        chinese, bracket, english = sub.detail.partition(" (")
        detail = f"子码流：{chinese}" + (f" (sub stream: {english}" if bracket else "")
    return CameraStand(
        condition=first.condition,
        detail=detail,
        since_us=first.since_us,
        recorded=first.recording,
        disk=max((one.disk for one in every), key=list(Disk).index),
        clock_offset_s=next((one.clock_offset_s for one in every if one.clock_offset_s is not None), None),
        bytes_received=sum(one.bytes_received for one in every),
        bytes_written=sum(one.bytes_written for one in every),
        pictures=sum(one.pictures for one in every),
        pictures_missing=sum(one.pictures_missing for one in every),
        packets_lost=sum(one.packets_lost for one in every),
        reconnects=sum(one.reconnects for one in every),
        bytes_per_s=heard.bytes_per_s,
        progress=first.progress,
        forms={name: one.form for name, one in streams.items() if one.form is not None},
    )
