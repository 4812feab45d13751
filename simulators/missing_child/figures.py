"""What came of one seed and of many, as records to print."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence

import msgspec

from devices.protocol.messages import Answer
from hub.sightings.messages import Verdict
from simulators.community.truth import PASS_SECONDS
from simulators.missing_child.guards import Notebook
from simulators.missing_child.officer import Done
from simulators.missing_child.street import Street


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One seed. Seconds are since the key; None: it did not happen before the film's end."""

    seed: int
    without_search: bool
    cameras_off_line: tuple[str, ...]
    found: bool
    first_hit_s: float | None
    """A hit is on the officer's screen."""
    first_right_hit_s: float | None
    """One that truly shows her."""
    first_confirmed_s: float | None
    """He said yes to such a one."""
    first_venue_alerted_s: float | None
    """A venue's radio shows the alert."""
    seen_s: float | None
    """A guard pressed "seen" or "child is with me" and truly meant her."""
    known_s: float | None
    """The police room has truly learned where she was seen, by a picture or by a guard."""
    found_s: float | None
    """A guard pressed "child is with me" and truly meant her."""
    verified_s: float | None
    """The officer knew that it was she."""
    venues_alerted: int
    """Different ones."""
    alerts_shown: int
    """At radios of guards who are there: a venue that is alerted again counts again."""
    venues_that_could_see: int
    """Of those alerted: their door had her in sight afterwards, whether or not somebody stood there."""
    wrong_reports: int
    """Of "seen" and "child is with me": those that meant another child."""
    false_alarms: float
    """Wrong reports for each venue alerted."""
    hits_looked_at: int
    hits_right: int
    """Of those looked at."""
    wrong_confirmed: int
    """Of those looked at: somebody else, to whom the officer said yes."""
    cameras_passed: int
    """On line and truly passed by her between when she was last seen and the end."""
    cameras_with_hit: int
    """Of these: a hit of hers there was looked at."""
    looks_shed_share: float | None
    """Of vision's looks that were due, those left out for want of processor time; None without cameras."""
    walked_m: float
    """How far, straight, the end was from where she was last seen."""
    seconds: float
    """What the whole run took on this machine."""


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Many seeds; medians of those where it happened, and in how many that was."""

    runs: int
    failed: int
    """Seeds that could not be played."""
    found: int
    found_share: float
    medians: dict[str, float | None]
    happened: dict[str, int]
    false_alarms_mean: float


_TIMES = (
    "first_hit_s",
    "first_right_hit_s",
    "first_confirmed_s",
    "first_venue_alerted_s",
    "seen_s",
    "known_s",
    "found_s",
    "verified_s",
)
_COUNTS = ("venues_alerted", "venues_that_could_see", "wrong_reports")


def run_of(
    street: Street,
    notebook: Notebook,
    done: Done,
    *,
    seed: int,
    without_search: bool,
    off_line: tuple[str, ...],
    last_seen_s: float,
    pressed_s: float,
    end_s: float,
    shed: float | None,
    seconds: float,
) -> Run:
    """The figures of a story that was played until ``end_s`` at most; all but ``seconds`` are scene times."""
    child_id = street.truth.missing_child_id
    right = [one for one in done.looked if one.truly_her]
    confirmed = [one for one in right if one.verdict is Verdict.CONFIRMED]
    hers = [one for one in notebook.reported if one.person_id == child_id]
    with_her = [one for one in hers if one.answer is Answer.CHILD_IS_WITH_ME]
    wrong = len(notebook.reported) - len(hers)
    ended_s = with_her[0].at_s if with_her else end_s
    venues = {one.venue_id: one.at_s for one in reversed(notebook.alerted)}
    passed = {
        one.camera_id
        for one in street.truth.passes(child_id)
        if one.camera_id not in off_line and one.to_s >= last_seen_s and one.from_s <= ended_s
        if one.good_view_s >= PASS_SECONDS
    }

    def first(times_s: Iterable[float]) -> float | None:
        earliest_s = min(times_s, default=None)
        return None if earliest_s is None else round(earliest_s - pressed_s, 1)

    return Run(
        seed=seed,
        without_search=without_search,
        cameras_off_line=off_line,
        found=bool(with_her),
        first_hit_s=first(one.shown_at_s for one in done.looked),
        first_right_hit_s=first(one.shown_at_s for one in right),
        first_confirmed_s=first(one.looked_at_s for one in confirmed),
        first_venue_alerted_s=first(one.at_s for one in notebook.alerted),
        seen_s=first(one.at_s for one in hers),
        known_s=first([*(one.looked_at_s for one in confirmed), *(one.at_s for one in hers)]),
        found_s=first(one.at_s for one in with_her),
        verified_s=first(() if done.found_at_s is None else (done.found_at_s,)),
        venues_alerted=len(venues),
        alerts_shown=len(notebook.alerted),
        venues_that_could_see=sum(
            any(
                seen.person_id == child_id and seen.to_s > at_s and seen.from_s < ended_s
                for seen in street.seen_from(venue_id)
            )
            for venue_id, at_s in venues.items()
        ),
        wrong_reports=wrong,
        false_alarms=round(wrong / len(venues), 3) if venues else 0.0,
        hits_looked_at=len(done.looked),
        hits_right=len(right),
        wrong_confirmed=sum(one.verdict is Verdict.CONFIRMED and not one.truly_her for one in done.looked),
        cameras_passed=len(passed),
        cameras_with_hit=len({one.camera_id for one in right} & passed),
        looks_shed_share=None if shed is None else round(shed, 3),
        walked_m=street.apart_m(last_seen_s, ended_s),
        seconds=round(seconds, 1),
    )


def series_of(runs: Sequence[Run], failed: int) -> Series:
    """The figures of many seeds together."""

    def median(value: Callable[[Run], float | None]) -> float | None:
        known = [found for found in map(value, runs) if found is not None]
        return round(statistics.median(known), 1) if known else None

    found = sum(run.found for run in runs)
    return Series(
        runs=len(runs),
        failed=failed,
        found=found,
        found_share=round(found / len(runs), 3) if runs else 0.0,
        medians={name: median(lambda run, name=name: getattr(run, name)) for name in (*_TIMES, *_COUNTS)},  # type: ignore[misc]
        happened={name: sum(getattr(run, name) is not None for run in runs) for name in _TIMES},
        false_alarms_mean=round(statistics.fmean(run.false_alarms for run in runs), 3) if runs else 0.0,
    )
