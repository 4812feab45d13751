"""The guards: each hears the alert on his real radio, walks out, sees whom the truth brings past, and presses keys."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from devices.protocol.clock import SystemClock
from devices.protocol.messages import AlertMessage, Answer
from simulators.demo.parts import invite_radios
from simulators.missing_child.deeds import Deed, deeds, mistaken_share
from simulators.missing_child.judgements import GuardJudgements
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
    """A guard who goes to his door and looks for the child until the alert is over."""

    def __init__(
        self,
        *given: Any,
        street: Street,
        guards: GuardJudgements,
        notebook: Notebook,
        rng_of: Callable[[str], random.Random],
        **named: Any,
    ) -> None:
        super().__init__(*given, **named)
        self._street, self._judged, self._notebook = street, guards, notebook
        self._rng_of = rng_of
        self._alert_id: str | None = None
        self._to_come: list[asyncio.TimerHandle] | None = None
        """The keys that he will press; None while he does not look."""

    def alert_shown(self, alert: AlertMessage) -> None:
        if not self._tally.show(self.radio.radio_id, alert.alert_id) or self.silent:
            return
        venue_id = self._street.venue_of[self.radio.radio_id]
        self._notebook.alerted.append(Alerted(self._street.now_s, venue_id, alert.alert_id, self._to_come is None))
        self._alert_id = alert.alert_id
        hears_s = self._rng.uniform(*self._acknowledge_s)
        asyncio.get_running_loop().call_later(hears_s, self._acknowledge, alert)
        if self._to_come is None:
            self._look(venue_id, self._street.now_s + hears_s + self._rng.uniform(*self._judged.walks_out_s))

    def _acknowledge(self, alert: AlertMessage) -> None:
        self.radio.acknowledge(alert.alert_id)
        self._tally.acknowledged += 1

    def _look(self, venue_id: str, at_door_s: float) -> None:
        """Decide by a lot of the venue's own, so that both of two procedures meet the same guard."""
        child_id = self._street.truth.missing_child_id

        def taken_for_her(person_id: str) -> float:
            if person_id == child_id:
                return self._judged.notices_share
            return mistaken_share(self._street.is_alike(person_id), self._judged)

        coming = deeds(self._street.seen_from(venue_id), at_door_s, taken_for_her, self._judged, self._rng_of(venue_id))
        loop, now_s = asyncio.get_running_loop(), self._street.now_s
        self._to_come = [loop.call_later(deed.at_s - now_s, self._press, venue_id, deed) for deed in coming]

    def _press(self, venue_id: str, deed: Deed) -> None:
        self._notebook.reported.append(Reported(self._street.now_s, venue_id, deed.answer, deed.person_id))
        self._tally.reported += 1
        self.radio.report(deed.answer, alert_id=self._alert_id)

    def alert_cancelled(self, cancel: AlertMessage) -> None:
        if self._to_come is not None and self._alert_id in (cancel.cancels, *cancel.updates):
            for handle in self._to_come:
                handle.cancel()
            self._to_come = None


class Guards:
    """All radios of a community in this process, each in the hand of a LookingGuard."""

    def __init__(self, street: Street, guards: GuardJudgements, seed: int) -> None:
        self.notebook = Notebook()
        self._street, self._judged, self._seed = street, guards, seed
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
            rng_of=lambda venue_id: random.Random(f"{self._seed}/{venue_id}"),
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
