"""What the recordings say and hear: a burst that begins, how it is shown and searched, what the audit log keeps."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from devices.protocol.messages import CallKind
from hub.talk.recording.writer import NotRecorded

MAX_PAGE = 200
PEAKS = 200
"""Values of a waveform."""


@dataclass(frozen=True, kw_only=True)
class NewBurst:
    """A burst that was granted. ``talker_id`` is a radio's, or at a console the person's."""

    burst_id: int
    call_id: int
    call_kind: CallKind
    group_id: str
    group_name: str
    talker_id: str
    talker_name: str
    radios_online: int


class BurstQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which bursts; ``before`` is the last burst of the page before."""

    since_ms: int | None = None
    until_ms: int | None = None
    group_id: str | None = None
    venue_id: str | None = None
    talker_id: str | None = None
    before: int | None = None
    limit: int = 50


class BurstView(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded burst; of one under way ``duration_s`` and what follows from its end are null."""

    burst_id: int
    call_id: int
    call_kind: str
    group_id: str
    group_name: str
    talker_id: str
    talker_name: str
    started_at_ms: int
    duration_s: float | None
    packets: int | None
    lost: int | None
    radios_reached: int | None
    radios_online: int
    bytes: int | None
    interrupted: bool
    """The hub ended or the disk refused before the burst was over: it is whole up to there."""


class BurstPage(msgspec.Struct, frozen=True, kw_only=True):
    """Bursts, newest first; ``before`` asks for the next page, null on the last one."""

    items: tuple[BurstView, ...]
    before: int | None


class Waveform(msgspec.Struct, frozen=True, kw_only=True):
    """PEAKS values from 0 to 1, evenly over the burst."""

    burst_id: int
    duration_s: float
    peaks: tuple[float, ...]


class ListenedBack(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record: the burst that a person hears; ``file`` says when it was, and who spoke to whom."""

    burst_id: int
    group_id: str
    talker_id: str
    file: str


class BurstNotRecorded(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``burst.not_recorded``: a part of this burst is in no recording."""

    burst_id: int
    group_id: str
    reason: NotRecorded
