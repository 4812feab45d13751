"""What a roll-call says of each radio, from its delivery and how it stands. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from hub.alerts.messages import Delivery
from hub.registry.records import RadioView
from hub.rollcall.messages import Caution, Counts, RadioReadiness, Readiness, RollCall, RollCallSummary

LOW_BATTERY = 0.2
"""Below it, as a share of full, a handset lasts no night shift any more (12 h on one charge)."""
WEAK_SIGNAL = 0.25
CLOCK_OFF_S = 60.0
"""By more than this a restarted radio, which has nothing but its own clock, misjudges what has expired."""


def line_of(delivery: Delivery, radio: RadioView, venue_name: str, is_closed: bool, missed: int) -> RadioReadiness:
    """A radio's line; ``missed`` is what its line before said."""
    state = state_of(delivery, radio.online, is_closed)
    return RadioReadiness(
        radio_id=radio.radio_id,
        radio_name=radio.name,
        venue_id=delivery.venue_id,
        venue_name=venue_name,
        state=state,
        delivered_s=_after_s(delivery, delivery.delivered_at_ms),
        answered_s=_after_s(delivery, delivery.acknowledged_at_ms),
        battery=radio.battery,
        signal=radio.signal,
        holder=radio.holder,
        clock_behind_s=radio.clock_behind_s,
        warnings=tuple(cautions_of(radio)),
        missed=missed_after(state, missed),
    )


def state_of(delivery: Delivery, is_online: bool, is_closed: bool) -> Readiness:
    """Whoever pressed the key is ready, also where nobody was expected."""
    if delivery.acknowledged_at_ms is not None:
        return Readiness.READY
    if is_closed:
        return Readiness.CLOSED
    if delivery.delivered_at_ms is not None:
        return Readiness.UNANSWERED
    return Readiness.UNDELIVERED if is_online else Readiness.OFF_LINE


def cautions_of(radio: RadioView) -> Iterable[Caution]:
    """What somebody should look after."""
    if radio.battery is not None and radio.battery < LOW_BATTERY:
        yield Caution.LOW_BATTERY
    if radio.signal is not None and radio.signal < WEAK_SIGNAL:
        yield Caution.WEAK_SIGNAL
    if radio.clock_behind_s is not None and abs(radio.clock_behind_s) > CLOCK_OFF_S:
        yield Caution.CLOCK_OFF
    if radio.off_shift:
        yield Caution.OFF_SHIFT


def missed_after(state: Readiness, before: int) -> int:
    """Roll-calls in a row that were missed, after one with this state; one at a closed venue says nothing."""
    if state is Readiness.READY:
        return 0
    return before if state is Readiness.CLOSED else before + 1


def missed_before(ended: Iterable[RollCall]) -> dict[str, int]:
    """What each radio had missed in a row, by the latest list that has it; ``ended`` are newest first."""
    before: dict[str, int] = {}
    for roll_call in ended:
        for radio in roll_call.radios:
            before.setdefault(radio.radio_id, radio.missed)
    return before


def counts_of(radios: Iterable[RadioReadiness]) -> Counts:
    """How many are in each state."""
    states = Counter(radio.state for radio in radios)
    return Counts(
        expected=states.total() - states[Readiness.CLOSED],
        ready=states[Readiness.READY],
        unanswered=states[Readiness.UNANSWERED],
        undelivered=states[Readiness.UNDELIVERED],
        off_line=states[Readiness.OFF_LINE],
        closed=states[Readiness.CLOSED],
    )


def only(roll_call: RollCall, radios: Iterable[RadioReadiness]) -> RollCall:
    """The roll-call with these of its radios alone, counted anew."""
    kept = tuple(radios)
    return msgspec.structs.replace(roll_call, radios=kept, counts=counts_of(kept))


def summary_of(roll_call: RollCall) -> RollCallSummary:
    """The roll-call without its list."""
    fields = {name: getattr(roll_call, name) for name in RollCallSummary.__struct_fields__}
    return RollCallSummary(**fields)


def _after_s(delivery: Delivery, at_ms: int | None) -> float | None:
    return None if at_ms is None else max(0, at_ms - delivery.queued_at_ms) / 1000
