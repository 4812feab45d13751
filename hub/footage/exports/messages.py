"""What the exports say and hear over the hub's interface."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from hub.footage.exports.blurring import Blur
from hub.footage.exports.clip import Cut
from hub.registry.records import AtMs

MOST_SOUGHT = 200
LEAST_REASON = 4


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in the exports' interface."""


class ExportState(StrEnum):
    """Where an export stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DELETED = "deleted"


NEXT: dict[ExportState, frozenset[ExportState]] = {
    ExportState.WAITING: frozenset({ExportState.RUNNING, ExportState.FAILED, ExportState.DELETED}),
    ExportState.RUNNING: frozenset(
        {ExportState.WAITING, ExportState.DONE, ExportState.FAILED, ExportState.DELETED},
    ),
    ExportState.DONE: frozenset({ExportState.DELETED}),
    ExportState.FAILED: frozenset({ExportState.DELETED}),
    ExportState.DELETED: frozenset(),
}
"""What an export may become; from running to waiting when the hub ended under it."""


class ExportRequest(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request for one."""

    camera_id: str
    from_ms: AtMs
    until_ms: AtMs
    cut: Cut = Cut.EXACT
    blur: Blur = Blur.OTHERS
    sought: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_SOUGHT)] = ()
    """The sightings of the person sought, who stays to be seen."""
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""
    """Why everybody is to be seen; needed with ``blur`` none alone."""


class Failure(Part, frozen=True, kw_only=True):
    """Why there is no file."""

    code: str
    message: str
    message_en: str


class ExportMade(Part, frozen=True, kw_only=True):
    """What the file holds."""

    sha256: str
    """Of the film, without its manifest."""
    duration_s: float
    width_px: int
    height_px: int
    pictures: int
    not_decoded: int
    breaks: int
    gaps: tuple[tuple[int, int], ...]
    """Times without footage, in ms."""
    hidden: int
    """Tracks of others that are blurred."""
    not_looked_at_s: float | None
    """Of the time, in which vision did not look for people: the exporter must; None: it is not known."""
    still_in_view: int
    """Others of whom the tracker had not said its last word: the whole picture is hidden from then on."""
    blind_s: float
    """For how long the whole picture is hidden, but for who is sought, since it is not known who is where."""
    masked: int
    """Parts of the picture that are hidden all the time: the camera's masks, of then and of now."""


class Export(Part, frozen=True, kw_only=True):
    """One export; the body of ``export.changed``."""

    export_id: str
    case_id: str
    camera_id: str
    camera_name: str
    from_ms: int
    until_ms: int
    cut: Cut
    blur: Blur
    sought: tuple[str, ...]
    reason: str
    asked_by: str
    asked_by_name: str
    asked_at_ms: int
    state: ExportState
    progress: float
    """0 to 1."""
    finished_at_ms: int | None
    bytes: int | None
    """Of the file with its manifest."""
    made: ExportMade | None
    failure: Failure | None


class ExportDeleted(Part, frozen=True, kw_only=True):
    """Detail of an audit record on a deletion."""

    export_id: str
    camera_id: str
    why: str
    """asked, no_room or case_over."""


class ExportFetched(Part, frozen=True, kw_only=True):
    """Detail of an audit record on a download."""

    export_id: str
    camera_id: str
    sha256: str
