"""The guards: each hears the alert on his real radio, walks out, sees whom the truth brings past, and presses keys."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx

from devices.protocol.clock import SystemClock
from devices.protocol.messages import AlertMessage, Answer
from simulators.demo.parts import invite_radios
from simulators.missing_child.deeds import Deed, deeds, mistaken_share
from simulators.missing_child.judgements import GuardJudgements
from simulators.missing_child.sight import Encounter
from simulators.missing_child.street import Street
from simulators.radios.enrolling import Enrolment, enrol_all
from simulators.radios.guard import Guard
from simulators.radios.roster import read_roster
from simulators.radios.venues import Manner, Venues


@dataclass(frozen=True)
class Alerted:
    """A radio showed an alert; ``anew``: one that its guard had not been told of this child before."""

    at_s: float
    venue_id: str
    alert_id: str
    anew: bool


@dataclass(frozen=True)
class Reported:
    """A guard answered; ``person_id`` is who he truly meant."""

    at_s: float
    venue_id: str
    answer: Answer
    person_id: str


@dataclass
class Notebook:
    """What happened at the radios, at scene times."""

    alerted: list[Alerted] = field(default_factory=list)
    reported: list[Reported] = field(default_factory=list)

    def meant(self, venue_id: str) -> str | None:
        """Whom a venue's guard truly meant by his latest "child is with me"."""
        said = [one for one in self.reported if one.venue_id == venue_id and one.answer is Answer.CHILD_IS_WITH_ME]
        return said[-1].person_id if said else None


class LookingGuard(Guard):
    """A guard who looks for the child until the alert is over: at his door, or where he is told that she was seen."""

    def __init__(
        self,
        *given: Any,
        street: Street,
        guards: GuardJudgements,
        notebook: Notebook,
        rng_of: Callable[[str], random.Random],
        **named: Any,
    ) -> None:
        """``rng_of``: a lot of each venue's own, so that every form of the story meets the same guards."""
        super().__init__(*given, **named)
        self._street, self._judged, self.notebook = street, guards, notebook
        self._rng_of = rng_of
        self._alert_id: str | None = None
        self._at_door_s: float | None = None
        """None while he does not look."""
        self._to_come: list[tuple[Deed, asyncio.TimerHandle]] = []

    def alert_shown(self, alert: AlertMessage) -> None:
        if not self._tally.show(self.radio.radio_id, alert.alert_id) or self.silent:
            return
        now_s, venue_id = self._street.now_s, self._street.venue_of[self.radio.radio_id]
        self.notebook.alerted.append(Alerted(now_s, venue_id, alert.alert_id, self._at_door_s is None))
        self._alert_id = alert.alert_id
        lot = self._rng_of(venue_id)
        hears_s, walks_out_s = lot.uniform(*self._acknowledge_s), lot.uniform(*self._judged.walks_out_s)
        asyncio.get_running_loop().call_later(hears_s, self._acknowledge, alert)
        seen_at = self._street.venue_named(alert.text)
        if self._at_door_s is None:
            self._at_door_s = now_s + hears_s + walks_out_s
            if seen_at is None:
                self._look(self._street.seen_from(venue_id), self._at_door_s, lot)
        if seen_at is not None:
            self._go(venue_id, seen_at, max(self._at_door_s, now_s + hears_s), lot)

    def _acknowledge(self, alert: AlertMessage) -> None:
        self.radio.acknowledge(alert.alert_id)
        self._tally.acknowledged += 1

    def _go(self, venue_id: str, seen_at: str, leaves_s: float, lot: random.Random) -> None:
        """Leave the door for the place; whom he has noticed by then stays noticed, others are another chance."""
        kept = [(deed, handle) for deed, handle in self._to_come if deed.noticed_s <= leaves_s]
        for _, handle in self._to_come[len(kept) :]:
            handle.cancel()
        self._to_come = kept
        coming = self._street.seen_on_the_way(venue_id, seen_at, leaves_s)
        self._look([one for one in coming if one.from_s > leaves_s], leaves_s, lot)

    def _look(self, seen: list[Encounter], from_s: float, lot: random.Random) -> None:
        child_id = self._street.truth.missing_child_id

        def taken_for_her(person_id: str) -> float:
            if person_id == child_id:
                return self._judged.notices_share
            return mistaken_share(self._street.is_alike(person_id), self._judged)

        loop, now_s = asyncio.get_running_loop(), self._street.now_s
        coming = deeds(seen, from_s, taken_for_her, self._judged, lot)
        self._to_come += [(deed, loop.call_later(deed.at_s - now_s, self._press, deed)) for deed in coming]
        self._to_come.sort(key=lambda one: one[0].noticed_s)

    def _press(self, deed: Deed) -> None:
        venue_id = self._street.venue_of[self.radio.radio_id]
        self.notebook.reported.append(Reported(self._street.now_s, venue_id, deed.answer, deed.person_id))
        self._tally.reported += 1
        self.radio.report(deed.answer, alert_id=self._alert_id)

    def alert_cancelled(self, cancel: AlertMessage) -> None:
        if self._alert_id in (cancel.cancels, *cancel.updates):
            for _, handle in self._to_come:
                handle.cancel()
            self._to_come, self._at_door_s = [], None


class Guards:
    """All radios of a community in this process, each in the hand of a LookingGuard."""

    def __init__(self, street: Street, guards: GuardJudgements, seed: int) -> None:
        self.notebook = Notebook()
        self._street, self._judged, self._seed = street, guards, seed
        self._lots = cache(lambda venue_id: random.Random(f"{seed}/{venue_id}"))
        self._running: asyncio.Task[None] | None = None
        self._venues: Venues | None = None

    async def start(self, machine: httpx.AsyncClient, community: Path, store: Path, count: int) -> None:
        """Enrol the radios and bring them on line. Raises httpx.HTTPError, EnrolError, RosterError, OSError."""
        invited = await invite_radios(machine, community, count)
        await enrol_all([Enrolment(one.device_id, one.join) for one in invited], store)
        make_guard = partial(
            LookingGuard,
            street=self._street,
            guards=self._judged,
            notebook=self.notebook,
            rng_of=self._lots,
        )
        manner = Manner(self._seed, self._judged.never_answers_share, self._judged.acknowledges_s)
        roster = read_roster(community, count)
        self._venues = Venues(roster, store, clock=SystemClock(), manner=manner, make_guard=make_guard)
        self._running = asyncio.create_task(self._venues.run())

    @property
    def on_line(self) -> int:
        """How many radios are."""
        return self._venues.tally.online if self._venues is not None else 0

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
