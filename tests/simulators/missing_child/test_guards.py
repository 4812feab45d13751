"""A guard with his real radio: looks from when he is told until it is over, and goes where an alert says."""

from __future__ import annotations

import random
import time
from dataclasses import replace

from devices.link import BrokerAddress
from devices.protocol.clock import SystemClock
from devices.protocol.messages import AlertMessage, Answer, Severity, Stamp, encode
from devices.radio import Radio
from simulators.missing_child.guards import LookingGuard, Notebook
from simulators.missing_child.judgements import GuardJudgements
from simulators.missing_child.sight import Encounter
from simulators.missing_child.street import Street
from simulators.radios.figures import Tally
from tests.devices.room import by_hand, until

AT_ONCE = (0.0, 0.0)
QUICK = replace(
    GuardJudgements(),
    walks_out_s=AT_ONCE,
    notices_share=1.0,
    notices_s=AT_ONCE,
    reaches_share=1.0,
    reaches_s=AT_ONCE,
    mistakes_alike_share=0.0,
    mistakes_other_share=0.0,
)
"""He errs in nothing and takes no time."""
NOWHERE = BrokerAddress("127.0.0.1", 1)
"""The radio is never connected: what its guard presses waits in it."""


def alert(alert_id: str, text: str, cancels: str | None = None) -> AlertMessage:
    return AlertMessage(
        stamp=Stamp(boot_id=1, sequence=1, monotonic_us=1, wall_us=1),
        alert_id=alert_id,
        attempt=1,
        severity=Severity.SEVERE,
        text=text,
        issued_wall_us=1,
        expires_in_s=600.0,
        cancels=cancels,
    )


def seen(street: Street) -> tuple[str, Encounter]:
    """A venue whose door has the child in sight for some seconds, and when."""
    found = [
        (venue_id, one)
        for venue_id in street.doors
        for one in street.seen_from(venue_id)
        if one.person_id == street.truth.missing_child_id and one.to_s - one.from_s > 10.0
    ]
    return max(found, key=lambda pair: pair[1].from_s)


def guard_at(street: Street, venue_id: str) -> LookingGuard:
    radio_id = next(radio for radio, venue in street.venue_of.items() if venue == venue_id)
    guard = LookingGuard(
        Tally(),
        SystemClock(),
        random.Random(1),
        street=street,
        guards=QUICK,
        notebook=Notebook(),
        rng_of=random.Random,
        silent=False,
        acknowledge_s=AT_ONCE,
        radio_ids=frozenset({radio_id}),
        call_over=lambda *_: None,
    )
    guard.take(Radio(by_hand(NOWHERE, radio_id), clock=SystemClock(), rng=random.Random(1), events=guard))
    return guard


def hear(guard: LookingGuard, message: AlertMessage) -> None:
    """What the broker would bring."""
    guard.radio._hear_alert(encode(message))


def set_scene(street: Street, scene_s: float) -> None:
    street.t0_wall_us = time.time_ns() // 1000 - round(scene_s * 1e6)


async def test_guard_who_is_alerted_while_she_passes_stops_her(street: Street) -> None:
    venue_id, passing = seen(street)
    guard = guard_at(street, venue_id)
    set_scene(street, passing.from_s + 5.0)
    hear(guard, alert("A1", "走失儿童"))
    await until(lambda: bool(guard.notebook.reported), "the guard presses his key")
    (said,) = guard.notebook.reported
    assert (said.venue_id, said.answer) == (venue_id, Answer.CHILD_IS_WITH_ME)
    assert guard.notebook.meant(venue_id) == street.truth.missing_child_id
    waiting = guard.radio.link.unconfirmed  # receipt, tone, key and report
    assert waiting == 4


async def test_guard_stops_looking_when_the_alert_is_cancelled(street: Street) -> None:
    venue_id, passing = seen(street)
    guard = guard_at(street, venue_id)
    set_scene(street, passing.from_s - 0.3)
    hear(guard, alert("A1", "走失儿童"))
    hear(guard, alert("A2", "已找到", cancels="A1"))
    await until(lambda: street.now_s > passing.from_s + 0.2, "she is in sight")
    assert guard.notebook.reported == []


async def test_alert_shown_again_is_one_alert(street: Street) -> None:
    venue_id, _ = seen(street)
    guard = guard_at(street, venue_id)
    set_scene(street, 0.0)
    hear(guard, alert("A1", "走失儿童"))
    hear(guard, alert("A1", "走失儿童"))
    hear(guard, alert("A2", "走失儿童"))
    await until(lambda: len(guard.notebook.alerted) == 2, "both alerts are shown")
    assert [(one.alert_id, one.anew) for one in guard.notebook.alerted] == [("A1", True), ("A2", False)]
