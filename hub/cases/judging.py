"""Holds sightings against the queries of watches, a batch at a time: the best of what fits, told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec
import structlog

from devices.protocol.clock import Clock
from devices.protocol.sightings import Sighting
from hub.cases.messages import Watch, WatchHit
from hub.sightings.errors import SightingsError
from hub.sightings.feedback import Feedback, Said
from hub.sightings.messages import CameraPlace, SightingSummary
from hub.sightings.query import is_meant
from hub.sightings.service import SightingService, span_of
from hub.sightings.sieve import Question
from hub.sightings.watch import Told, WatchMemory

_log = structlog.get_logger()
MOST_OF_ONE = 20
"""Hits of one watch told of a batch, the best; how many others there may be is counted."""
MOST_HITS = 100
"""Hits of all watches told of a batch: the best of each, then the second best, and so on."""
ANEW_AFTER_US = 60_000_000
"""A watch's question is made anew so often: what it compares with may be described otherwise, or forgotten."""
_ROUNDED = 0.001


@dataclass(frozen=True)
class _Asked:
    """A watch's query ready for comparing; ``question`` is None while it cannot be compared."""

    said: Said
    made_at_us: int
    feedback: Feedback
    question: Question | None


@dataclass(frozen=True)
class _Found:
    """A sighting that may fit a watch; ``more``: how many of the batch, that fit it less, may come yet."""

    score: float
    more: int
    watch: Watch
    sighting: Sighting


class Judge:
    """What watches were told, and what they ask. One thread at a time calls ``judge``."""

    def __init__(
        self,
        sightings: SightingService,
        clock: Clock,
        said: Callable[[str], Said],
        with_picture: Callable[[str, SightingSummary], SightingSummary],
    ) -> None:
        """``said`` of sightings in a case; ``with_picture``: a sighting with the address of its picture in a case."""
        self._sightings = sightings
        self._clock = clock
        self._said = said
        self._with_picture = with_picture
        self._memory = WatchMemory()
        self._asked: dict[str, _Asked] = {}
        self._feedbacks: dict[str, tuple[Said, Feedback]] = {}
        self._failing: set[str] = set()
        self._left_out = Counter[str]()

    def keep_only(self, watches: Sequence[Watch]) -> None:
        """Forget what ended."""
        on, cases = {watch.watch_id for watch in watches}, {watch.case_id for watch in watches}
        self._memory.keep_only(on)
        self._failing &= on
        self._asked = {watch_id: asked for watch_id, asked in self._asked.items() if watch_id in on}
        self._left_out = Counter({watch_id: count for watch_id, count in self._left_out.items() if watch_id in on})
        self._feedbacks = {case_id: known for case_id, known in self._feedbacks.items() if case_id in cases}

    def judge(
        self, sightings: Sequence[Sighting], watches: Sequence[Watch], places: Mapping[str, CameraPlace]
    ) -> list[WatchHit]:
        """What is to be told of these: MOST_OF_ONE of each watch, MOST_HITS in all; what was told once is not again."""
        batch, hits = Told(sightings), list[WatchHit]()
        going = [self._may_fit(watch, batch, places) for watch in watches]
        remaining: dict[str, int] = {}
        for _ in range(MOST_OF_ONE):
            turn = [(one, others) for others in going if (one := next(others, None)) is not None]
            turn.sort(key=lambda line: -line[0].score)
            remaining.clear()
            for one, _ in turn:
                is_room = len(hits) < MOST_HITS
                remaining[one.watch.watch_id] = one.more + (not is_room)
                if is_room and (hit := self._match(one, places[one.sighting.camera_id])) is not None:
                    hits.append(hit)
            if len(hits) >= MOST_HITS:
                break
            going = [others for _, others in turn]
        self._left_out.update(remaining)
        told = []
        for hit in hits:
            left_out = self._left_out.pop(hit.watch_id, 0)
            told.append(msgspec.structs.replace(hit, left_out=left_out) if left_out else hit)
        return told

    def take_back(self, hits: Sequence[WatchHit]) -> None:
        """These were not told after all: they will be when the sightings come again."""
        for hit in hits:
            self._memory.take_back(hit.watch_id, hit.hit.sighting.sighting_id)
            self._left_out[hit.watch_id] += hit.left_out

    def _may_fit(self, watch: Watch, batch: Told, places: Mapping[str, CameraPlace]) -> Iterator[_Found]:
        """What of the batch is worth comparing in full, the best first."""
        question = self._ask(watch).question
        if question is None:
            return
        query, span = watch.query, span_of(watch.query)
        for sighting, score, more in batch.may_be_strong(question):
            place = places.get(sighting.camera_id)
            if (
                place is not None
                and is_meant(query, place)
                and span.touches(sighting.started_at_us, sighting.ended_at_us)
                and self._memory.is_news(watch.watch_id, sighting.sighting_id, score + _ROUNDED)
            ):
                yield _Found(score, more, watch, sighting)

    def _match(self, one: _Found, place: CameraPlace) -> WatchHit | None:
        watch = one.watch
        match = partial(self._sightings.match, feedback=self._ask(watch).feedback)
        try:
            hit = self._memory.judge(watch.watch_id, watch.query, one.sighting, (place,), match)
        except SightingsError as error:
            self._fail(watch, error)
            return None
        if hit is None:
            return None
        pictured = self._with_picture(watch.case_id, hit.sighting)
        return WatchHit(
            case_id=watch.case_id, watch_id=watch.watch_id, hit=msgspec.structs.replace(hit, sighting=pictured)
        )

    def _ask(self, watch: Watch) -> _Asked:
        """The watch's question, with what was said in its case: made anew for each new word, and now and then."""
        said, now_us = self._said(watch.case_id), self._clock.monotonic_us()
        known = self._asked.get(watch.watch_id)
        if known is not None and known.said is said and now_us - known.made_at_us < ANEW_AFTER_US:
            return known
        feedback, question = self._feedback(watch.case_id, said), None
        try:
            question = self._sightings.question(watch.query, feedback)
        except SightingsError as error:
            self._fail(watch, error)
        asked = self._asked[watch.watch_id] = _Asked(said, now_us, feedback, question)
        return asked

    def _feedback(self, case_id: str, said: Said) -> Feedback:
        """What was said in the case, with the looks that are read once for each new word."""
        known = self._feedbacks.get(case_id)
        if known is None or known[0] is not said:
            known = self._feedbacks[case_id] = (said, self._sightings.feedback(said))
        return known[1]

    def _fail(self, watch: Watch, error: SightingsError) -> None:
        """It compares with what cannot be compared any more; said once."""
        if watch.watch_id not in self._failing:
            self._failing.add(watch.watch_id)
            _log.warning("watch.cannot_compare", watch=watch.watch_id, case=watch.case_id, error=str(error))
