"""The names of all metrics that a hub exposes, asked of a real one in which everything is there to be counted."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

from devices.protocol.clock import ManualClock
from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder
from hub.events.messages import EventKind
from hub.footage.segments.forecast import Forecast
from hub.settings import FallbackChoice
from tests.devices.room import until
from tests.hub import Told, open_hub

NAME = re.compile(r"\bqianshao_[a-z0-9_]+")


async def exposed(folder: Path) -> set[str]:
    """Of a hub with certificates, telephony, a roll-call that has ended and a disk that is too small."""
    clock = ManualClock(wall_us=time.time_ns() // 1000)
    CertificateFolder(folder / "certificates").make(Names(("hub.lan",), ()), datetime.now(UTC))
    async with open_hub(folder, clock=clock, tls=True, fallback=FallbackChoice.FILE) as hub:
        told = Told(hub)
        await hub.roll_calls.begin("dispatcher")
        clock.advance(600)
        await told.wait(EventKind.ROLL_CALL_ENDED)
        await until(lambda: hub.sighting_counts is not None, "the store was asked for its sizes")
        hub.keeping.forecast = Forecast(bytes_per_day=1, room_bytes=1, days_wanted=30, full_in_days=1, days_short=29)
        text = hub.metrics.text().decode()
    return {name for name in re.findall(r"^# TYPE (\S+)", text, re.MULTILINE) if not name.endswith("_created")}


def named(text: str) -> set[str]:
    """The metrics that an expression or a page names; of a histogram, the histogram."""
    return {re.sub(r"_(bucket|count|sum)$", "", name) for name in NAME.findall(text)}
