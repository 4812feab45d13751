"""Reads pictures back from segments, from the key picture at or before a moment on: only the fragments needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from hub.footage.coded import CodedPicture, Coding, Form
from hub.footage.segments.catalogue import GAP_US, Catalogue, Span, index_for
from hub.footage.segments.decoder_setup import NoSetup
from hub.footage.segments.fragment import Fragment, NotAFragment
from hub.footage.segments.head import Head
from hub.footage.segments.index import Entry
from hub.footage.segments.nal import NotUnits, is_parameter_set, units_kept, with_start_codes
from hub.footage.segments.scanning import fragment_at, head_at

_Dated = tuple[CodedPicture, int]
"""A picture, and when it is to be decoded on the axis of ``wall_us``."""
_log = structlog.get_logger()


@dataclass(frozen=True)
class Damage:
    """A fragment, or a whole segment, that does not read and was passed over."""

    path: Path
    offset: int
    reason: str


def log_damage(damage: Damage) -> None:
    """Tell it in the log."""
    _log.warning("footage.damaged", file=str(damage.path), offset=damage.offset, reason=damage.reason)


def read_pictures(
    catalogue: Catalogue,
    camera_id: str,
    from_us: int,
    to_us: int,
    on_damage: Callable[[Damage], None] = log_damage,
) -> Iterator[Form | CodedPicture]:
    """Form and pictures in decoding order, from the key picture at or before ``from_us`` until ``to_us``.

    A form comes first and where it changes. The first picture after a gap or a fragment that does not read is
    ``broken``. ``media_us`` counts from the first picture. Pictures that are shown before ``to_us`` are all there, and
    those that they need. Raises OSError.
    """
    form: Form | None = None
    began_us: int | None = None
    ends_us: int | None = None
    for span in _as_they_lie(catalogue, camera_id, from_us, to_us):
        is_after_gap = ends_us is not None and span.start_us - ends_us > GAP_US
        for record in _read(span, from_us, to_us, on_damage):
            if isinstance(record, Form):
                if record != form:
                    yield record
                form = record
                continue
            if began_us is None:
                began_us = record.wall_us
            yield replace(record, media_us=record.wall_us - began_us, broken=record.broken or is_after_gap)
            is_after_gap = False
        ends_us = span.end_us


def _as_they_lie(catalogue: Catalogue, camera_id: str, from_us: int, to_us: int) -> Iterator[Span]:
    """Spans in order; one that was closed under another name meanwhile is found again, one that was deleted is not."""
    spans = catalogue.spans(camera_id, from_us, to_us)
    for span in spans:
        if span.path.exists():
            yield span
            continue
        for again in catalogue.spans(camera_id, span.start_us, span.start_us + 1):
            if again.start_us == span.start_us:
                yield again


def _read(span: Span, from_us: int, to_us: int, on_damage: Callable[[Damage], None]) -> Iterator[Form | CodedPicture]:
    """One segment. ``media_us`` is 0."""
    try:
        index = index_for(span)
        descriptor = os.open(span.path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        try:
            head = head_at(descriptor)
        except NoSetup as error:
            on_damage(Damage(span.path, 0, str(error)))
            return
        yield head.form
        first = index.key_before(from_us)
        is_broken = False
        skip = _Leading(from_us)
        for number in range(first, len(index)):
            entry = index[number]
            try:
                fragment, samples = _fragment(descriptor, entry)
                pictures = list(_pictures(fragment, samples, head))
            except (NotAFragment, NotUnits) as error:
                on_damage(Damage(span.path, entry.offset, str(error)))
                is_broken = True
                continue
            if head.zero_us - head.delay_us + fragment.decode_us >= to_us:
                return
            for picture, decode_us in skip.rest(pictures):
                if decode_us >= to_us:
                    return
                yield replace(picture, broken=True) if is_broken else picture
                is_broken = False
    finally:
        os.close(descriptor)


class _Leading:
    """Leaves out what need not or cannot be decoded at the beginning: what comes before the last key picture that is
    early enough, and pictures of its group that are shown before it (leading pictures of an open group)."""

    def __init__(self, from_us: int) -> None:
        self._from_us = from_us
        self._key_us: int | None = None
        self._is_over = False

    def rest(self, pictures: Sequence[_Dated]) -> Sequence[_Dated]:
        """The pictures of the next fragment, without those."""
        if self._is_over:
            return pictures
        keys = [number for number, (picture, _) in enumerate(pictures) if picture.key]
        if self._key_us is None:
            if not keys:
                return []
            first = next((number for number in reversed(keys) if pictures[number][0].wall_us <= self._from_us), keys[0])
            self._key_us = pictures[first][0].wall_us
            pictures, keys = pictures[first:], [number - first for number in keys if number > first]
        until = keys[0] if keys else len(pictures)
        self._is_over = bool(keys)
        return [one for one in pictures[:until] if one[0].wall_us >= self._key_us] + list(pictures[until:])


def _fragment(descriptor: int, entry: Entry) -> tuple[Fragment, bytes]:
    fragment, _ = fragment_at(descriptor, entry.offset)
    if fragment.size != entry.size:
        raise NotAFragment("a fragment of another size than its index says")
    data = os.pread(descriptor, fragment.size - fragment.data_at, entry.offset + fragment.data_at)
    if len(data) != fragment.size - fragment.data_at:
        raise NotAFragment("a fragment that is cut off")
    return fragment, data


def _pictures(fragment: Fragment, data: bytes, head: Head) -> Iterator[_Dated]:
    zero_us = head.zero_us - head.delay_us
    at_us, at = fragment.decode_us, 0
    coding = head.form.coding
    for sample in fragment.samples:
        kept = data[at : at + sample.size]
        if coding is not Coding.MJPEG:
            units = units_kept(kept)
            if sample.key and not any(is_parameter_set(unit, coding) for unit in units):
                units = [*head.parameter_sets, *units]
            kept = with_start_codes(units)
        wall_us = zero_us + at_us + sample.shift_us
        yield CodedPicture(wall_us, 0, sample.key, sample.broken, kept), zero_us + at_us
        at_us += sample.duration_us
        at += sample.size
