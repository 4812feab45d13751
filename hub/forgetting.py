"""What each room forgets when it is too old, for housekeeping."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hub.cases.records import forget_cases
from hub.found.records import forget_found
from hub.housekeeping import Forget
from hub.missing_child.records import forget_missing_children
from hub.response.records import forget_asks
from hub.rollcall.records import forget_roll_calls
from hub.talk.sos_records import forget_sos

if TYPE_CHECKING:
    from hub.app import Hub

_AFTER_FOOTAGE_US = 4 * 3_600_000_000
"""Who was seen is known for as long as there is footage of it: a segment goes with its end, a sweep an hour later."""


def forgetting(hub: Hub) -> Mapping[str, Forget]:
    """By the room's name in the log, in the order in which it is done."""
    database, most_voice_bytes = hub.database, round(hub.settings.voice_most_gb * 1e9)
    return {
        "events": lambda before: hub.events.forget_before(before.ordinary_us),
        "sightings": lambda before: asyncio.to_thread(
            hub.sightings.forget_before, before.ordinary_us - _AFTER_FOOTAGE_US, hub.holds.is_held
        ),
        "lessons": lambda before: asyncio.to_thread(hub.teaching.forget, before.ordinary_us - _AFTER_FOOTAGE_US),
        "shed-looks": lambda before: asyncio.to_thread(hub.vision.shed_looks.forget_before, before.ordinary_us),
        "found": lambda before: forget_found(database, before.ordinary_us),
        "sos": lambda before: forget_sos(database, before.ordinary_us),
        "roll-calls": lambda before: forget_roll_calls(database, before.ordinary_us),
        "alerts": lambda before: hub.alerts.forgetting.forget(before.alerts_us, before.ordinary_us),
        "evaluation": lambda before: hub.evaluations.forget(before.audit_us),
        "asks": lambda before: forget_asks(database, before.ordinary_us),
        "media": lambda before: hub.media.forget(before.ordinary_us),
        "exports": lambda _: hub.exports.forget(),
        "missing-children": lambda before: forget_missing_children(database, before.ordinary_us),
        "cases": lambda before: forget_cases(database, before.ordinary_us),
        "case-entries": lambda _: hub.casebook.forget(),
        "mediations": lambda _: hub.mediation.forget(),
        "recordings": lambda before: hub.recordings.forget(before.voice_us, most_voice_bytes),
        "audit": lambda before: hub.audit.forget_before(before.audit_us),
    }
