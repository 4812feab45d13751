"""The front door of sightings: take them in, search them, compare one with a query, read a description."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from devices.protocol.clock import Clock
from devices.protocol.sightings import Sighting, Stripes
from hub.sightings import explain, query, rows
from hub.sightings.errors import SightingsError
from hub.sightings.feedback import NOTHING_SAID, Feedback, Look, Said
from hub.sightings.home import Kept, Others, Ranked, SightingHome
from hub.sightings.language.understand import understand
from hub.sightings.messages import CameraPlace as CameraPlace
from hub.sightings.messages import (
    Coverage,
    Description,
    Field,
    Hit,
    Query,
    SearchAnswer,
    SightingCounts,
    Understood,
    summary,
)
from hub.sightings.scoring import SCALE, WHOLE, Likeness, Wanted, looks_of, plan_of, score
from hub.sightings.segment_home import SegmentHome
from hub.sightings.sieve import Question
from hub.sightings.span import Span
from hub.sightings.turns import GivenUp

LOOKS_WITHIN_S = 5.0
"""All looks by other describers that a question needs are waited for so long, and the one then under way: the rest is
compared as it is stored."""


class SightingService:
    """Synchronous; every method may be called from any thread.

    Methods that reach the sightings' home raise OSError when it fails: nothing half-written is ever read back.
    """

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        zone: Callable[[], str] = lambda: "Asia/Shanghai",
        *,
        home: Callable[[], SightingHome] | None = None,
    ) -> None:
        """``zone`` names the community's time zone as it is at the moment, for times said in words.

        ``home`` opens the sightings' home where it is not the built-in one in ``directory``.
        """
        self._open_home = home or (lambda: SegmentHome(directory, clock))
        self._clock = clock
        self._zone = zone
        self._home: SightingHome | None = None
        self._counting = threading.Lock()
        self._stored = self._duplicates = self._refused = self._searches = 0
        self._looks: Callable[[Sighting, float], Mapping[str, bytes]] = lambda _sighting, _within_s: {}
        self._made_of: Callable[[Stripes], Mapping[str, bytes]] = lambda _stripes: {}

    def open(self) -> None:
        """Open the sightings' home. Raises OSError."""
        self._home = self._open_home()

    def close(self) -> None:
        if self._home is not None:
            self._home.close()
            self._home = None

    def add(self, sighting: Sighting) -> bool:
        """Keep a sighting; true when it told anything new. It is on the disk when this returns.

        The first word on a person in view is replaced by the later ones of the same id; a repeat changes nothing.
        Raises SightingsError for one that cannot be stored.
        """
        new = self.add_all((sighting,))[0]
        if isinstance(new, Exception):
            raise new
        return new

    def add_all(self, sightings: Sequence[Sighting]) -> list[Kept]:
        """As ``add`` of each, but all are on the disk at once, when this returns; what is not kept says why."""
        now_us = self._clock.wall_us()
        told: list[Kept] = [_refusal(sighting, now_us) or False for sighting in sightings]
        fit = [place for place, refused in enumerate(told) if refused is False]
        for place, new in zip(fit, self._opened.add([sightings[place] for place in fit], now_us), strict=True):
            told[place] = new
        with self._counting:
            self._stored += sum(new is True for new in told)
            self._duplicates += sum(new is False for new in told)
            self._refused += sum(isinstance(new, SightingsError) for new in told)
        return told

    def search(
        self,
        asked: Query,
        cameras: tuple[CameraPlace, ...],
        given_up: threading.Event | None = None,
        *,
        said: Said = NOTHING_SAID,
    ) -> SearchAnswer:
        """Rank what these cameras saw. ``text`` is not read: fill in what ``describe`` made of it before.

        ``said`` of sightings counts where the question is ``marked``: those confirmed come first and what they look
        like counts as a photo does; rejected ones are left out, and who looks like one comes last.
        Raises SightingsError for a question that cannot be meant, GivenUp soon after ``given_up`` was set.
        """
        started_us = self._clock.monotonic_us()
        query.check(asked)
        chosen = query.chosen_cameras(asked, cameras)
        venues = {camera.camera_id: camera.venue_id for camera in chosen}
        feedback = self.feedback(said if asked.marked else NOTHING_SAID, given_up)
        span, wanted = span_of(asked), self._wanted(asked, feedback)
        ranking = self._opened.search(frozenset(venues), span, wanted, asked.limit + _beside(asked, feedback), given_up)
        found: list[tuple[bool, bool, Ranked]] = []
        rejected = 0
        with contextlib.closing(ranking.best) as best:
            for ranked in best:
                sighting = ranked.sighting
                if sighting.sighting_id == asked.like_sighting_id:
                    continue
                if feedback.is_rejected(sighting.sighting_id):
                    rejected += 1
                    continue
                is_unsaid, is_doubted = sighting.sighting_id not in feedback.said, feedback.doubts(sighting)
                found.append((is_unsaid, is_doubted, ranked))
                if len(found) == asked.limit and not feedback:
                    break
        found.sort(key=lambda one: one[:2])
        fields = wanted.fields
        hits = [
            _hit(rank, ranked, fields, venues[ranked.sighting.camera_id], feedback, is_doubted)
            for rank, (_, is_doubted, ranked) in enumerate(found[: asked.limit], start=1)
        ]
        with self._counting:
            self._searches += 1
        chinese, english = query.words(asked, ZoneInfo(self._zone()))
        return SearchAnswer(
            query=asked,
            words=chinese,
            words_en=english,
            search_ms=(self._clock.monotonic_us() - started_us) / 1000,
            coverage=Coverage(
                cameras_searched=len(chosen),
                sightings_considered=ranking.considered,
                sightings_not_comparable=ranking.looks_unknown,
            ),
            hits=tuple(hits),
            rejected=rejected,
        )

    def feedback(self, said: Said, given_up: threading.Event | None = None) -> Feedback:
        """What was said with the looks of the sightings it was said of. Raises GivenUp soon after ``given_up``."""
        began_us = self._clock.monotonic_us()

        def look_of(sighting_id: str) -> Look | None:
            if given_up is not None and given_up.is_set():
                raise GivenUp
            return self._look_of(sighting_id, LOOKS_WITHIN_S - (self._clock.monotonic_us() - began_us) / 1e6)

        return Feedback(said, look_of)

    def question(self, asked: Query, feedback: Feedback) -> Question:
        """What many sightings can be held against (watch.Told) before each that may fit is compared by ``match``.

        Raises SightingsError for a question that cannot be meant, or compares with what cannot be compared.
        """
        query.check(asked)
        return Question(plan_of(self._wanted(asked, feedback if asked.marked else self.feedback(NOTHING_SAID))))

    def match(
        self, asked: Query, sighting: Sighting, cameras: tuple[CameraPlace, ...], feedback: Feedback | None = None
    ) -> Hit | None:
        """One sighting held against a query, scored as the search would, and ``feedback`` heeded as there.

        None when place or time do not fit, it was rejected, or the sighting that the query compares with is kept no
        more.
        Raises SightingsError for a question that cannot be meant.
        """
        query.check(asked)
        venues = {camera.camera_id: camera.venue_id for camera in cameras if query.is_meant(asked, camera)}
        span = span_of(asked)
        if sighting.camera_id not in venues or not span.touches(sighting.started_at_us, sighting.ended_at_us):
            return None
        if asked.like_sighting_id is not None and self.get(asked.like_sighting_id) is None:
            return None
        if feedback is None or not asked.marked:
            feedback = self.feedback(NOTHING_SAID)
        if feedback.is_rejected(sighting.sighting_id):
            return None
        wanted = self._wanted(asked, feedback)
        plan = plan_of(wanted)
        whole, scored = score(looks_of(sighting, plan), plan)
        parts = tuple(float(part[0]) / SCALE for part in scored.values())
        ranked = Ranked(sighting, float(whole[0]) / WHOLE, parts)
        return _hit(1, ranked, tuple(scored), venues[sighting.camera_id], feedback, feedback.doubts(sighting))

    def get(self, sighting_id: str) -> Sighting | None:
        """The newest word on a sighting, path and picture included; None when it is not kept."""
        return self._opened.get(sighting_id)

    def picture(self, sighting_id: str) -> bytes | None:
        """The sighting's best picture as JPEG; None when it is not kept."""
        sighting = self.get(sighting_id)
        return None if sighting is None else sighting.picture_jpeg

    def latest(self, camera_id: str, since_us: int, until_us: int, most: int) -> list[Sighting]:
        """The latest ``most`` that were in view of a camera between two times, newest first, with path and picture."""
        return self._opened.latest(camera_id, Span(since_us, until_us), most)

    def describe(self, text: str, venues: Sequence[tuple[str, str]], now_us: int, zone: str) -> Understood:
        """Read one line of Chinese or English. ``venues`` are ids and names; times of day are of ``zone``."""
        return understand(text, tuple(venues), now_us, ZoneInfo(zone))

    def words(self, asked: Query) -> str:
        """A query in Chinese words. Raises SightingsError for one that cannot be meant or compared with anything."""
        query.check(asked)
        self._wanted(asked, self.feedback(NOTHING_SAID))
        return query.words(asked, ZoneInfo(self._zone()))[0]

    def forget_before(self, before_us: int, is_held: Callable[[int, int], bool]) -> int:
        """Delete the hours that ended before, but those of which ``is_held`` says that some of it is held; how many.

        An hour stays whole, with what all cameras saw.
        """
        return self._opened.drop_before(before_us, is_held)

    def forgotten(self, since_us: int, until_us: int) -> list[tuple[int, int]]:
        """The hours between two times whose sightings were deleted for their age: that nobody is found says nothing."""
        return self._opened.forgotten(since_us, until_us)

    def seal_due(self) -> int:
        """Seal the hours that are over and quiet, as is done each minute; how many. Raises OSError."""
        return self._opened.seal_due(self._clock.wall_us())

    def describers(self) -> Counter[str]:
        """How many sightings each describer made the descriptor of."""
        return self._opened.describers()

    def sealed_names(self) -> frozenset[str]:
        """Of the hours that are over, as SightingHome.sealed_names."""
        return self._opened.sealed_names()

    def made_by_others(self, describer: str, first_rows: Mapping[str, int], least: int) -> Others | None:
        """Sightings to describe anew, as SightingHome.made_by_others."""
        return self._opened.made_by_others(describer, first_rows, least)

    def describe_anew(self, of: Others, describer: str, descriptors: Mapping[int, bytes]) -> bool:
        """Give rows other descriptors, as SightingHome.describe_anew. Raises OSError."""
        return self._opened.describe_anew(of, describer, descriptors)

    def compare_also(
        self, looks: Callable[[Sighting, float], Mapping[str, bytes]], made_of: Callable[[Stripes], Mapping[str, bytes]]
    ) -> None:
        """Have these say what a sighting looks like to the other describers in use, and what all make of stripes.

        They are called from any thread. ``looks`` is told for how many seconds it may begin to wait for anything.
        """
        self._looks, self._made_of = looks, made_of

    def counts(self) -> SightingCounts:
        """For the metrics."""
        kept, live, segments, size = self._opened.sizes()
        with self._counting:
            return SightingCounts(
                stored=self._stored,
                duplicates=self._duplicates,
                refused=self._refused,
                sightings_kept=kept,
                sightings_live=live,
                segments=segments,
                bytes_on_disk=size,
                damaged_bytes=self._opened.damaged_bytes,
                searches=self._searches,
            )

    @property
    def _opened(self) -> SightingHome:
        if self._home is None:
            raise RuntimeError("the sightings are not open")
        return self._home

    def _look_of(self, sighting_id: str, within_s: float = LOOKS_WITHIN_S) -> Look | None:
        """To each describer in use; None where it is not kept, or cannot be compared."""
        sighting = self.get(sighting_id)
        if sighting is None or not sighting.descriptor:
            return None
        return {**self._looks(sighting, within_s), sighting.describer: sighting.descriptor}

    def _photo_look(self, asked: Query) -> Look:
        """As it came with the question, and to describers that have come since."""
        found: dict[str, bytes] = {}
        for stripes in query.stripes(asked):
            found.update(self._made_of(stripes))
        return found | query.looks(asked)

    def _wanted(self, asked: Query, feedback: Feedback) -> Wanted:
        chosen: list[Look] = [self._photo_look(asked)]
        if asked.like_sighting_id is not None:
            look = self._look_of(asked.like_sighting_id)
            if look is None:
                raise SightingsError(
                    "unknown_sighting",
                    f"没有目击记录 {asked.like_sighting_id}，或它无法比较。",
                    f"There is no sighting {asked.like_sighting_id} to compare with.",
                    field="like_sighting_id",
                )
            chosen.append(look)
        wanted = Wanted(asked.description or Description(), Likeness(feedback.compared(chosen)))
        if not wanted.fields:
            raise SightingsError(
                "nothing_counts",
                "所有条件的权重都是零。",
                "Everything that was said weighs nothing.",
                field="description.weights",
            )
        return wanted


def _refusal(sighting: Sighting, now_us: int) -> SightingsError | None:
    try:
        rows.check(sighting, now_us)
    except SightingsError as error:
        return error
    return None


def span_of(asked: Query) -> Span:
    """The query's times in microseconds."""
    return Span(
        None if asked.since_at_ms is None else asked.since_at_ms * 1000,
        None if asked.until_at_ms is None else asked.until_at_ms * 1000 + 999,
    )


def _beside(asked: Query, feedback: Feedback) -> int:
    """Rows to rank beyond those asked for: some are left out, and others come forward for those that go back."""
    return (asked.like_sighting_id is not None) + (len(feedback.said) + asked.limit if feedback else 0)


def _hit(
    rank: int,
    ranked: Ranked,
    fields: tuple[Field, ...],
    venue_id: str | None,
    feedback: Feedback,
    is_doubted: bool,
) -> Hit:
    sighting = ranked.sighting
    scores = zip(fields, ranked.parts, strict=True)
    return Hit(
        rank=rank,
        score=round(ranked.score, 4),
        sighting=summary(sighting, venue_id),
        parts=tuple([explain.part(field, score, sighting) for field, score in scores]),
        verdict=feedback.said.get(sighting.sighting_id),
        doubted=is_doubted,
    )
