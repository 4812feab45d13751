"""A radio renews its credential while it is in use: no alert and no word of its guard is lost or comes twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from devices.enrol.client import enrol
from devices.enrol.renewal import live
from devices.link import Credential
from devices.link.journal import Journal
from devices.protocol import messages as wire
from devices.protocol.clock import ManualClock
from devices.protocol.topics import DeviceKind
from devices.radio.radio import Radio
from hub.access.people import LOCAL, Role
from hub.alerts.messages import NewAlert, Target, TargetKind
from hub.app import Hub
from hub.events.messages import EventKind
from hub.tasks import end_tasks
from tests.devices.room import BROKERS, DEADLINE_S, until
from tests.hub import Told, open_console, open_hub
from tests.played import Person, make_radio


class Guard(Person):
    """Holds a radio that keeps its credential young; presses the key at each alert at once, and reports."""

    def __init__(self, make: Callable[[Credential, Guard], Radio]) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.credentials: list[Credential] = []
        self.radio: Radio
        self._make = make

    async def hold(self, credential: Credential) -> None:
        self.credentials.append(credential)
        self.radio = self._make(credential, self)
        await self.radio.run()

    def alert_shown(self, alert: wire.AlertMessage) -> None:
        super().alert_shown(alert)
        self.radio.acknowledge(alert.alert_id)
        self.radio.report(text=f"看到 {alert.text}", alert_id=alert.alert_id)


async def issue(hub: Hub, text: str) -> str:
    radio = Target(kind=TargetKind.RADIO, id="R01")
    return (await hub.alerts.issue(NewAlert(text=text, target=radio), "officer")).alert_id


async def is_answered(hub: Hub, alert_id: str) -> bool:
    (delivery,) = (await hub.alerts.find(alert_id)).deliveries
    return delivery.acknowledged_at_ms is not None


@pytest.mark.parametrize("kind", BROKERS)
async def test_alerts_that_come_while_a_radio_changes_its_credential_are_shown_and_answered_once(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devices.enrol.renewal.CHECK_EVERY_S", 0.01)
    monkeypatch.setattr("hub.alerts.redelivery.LOOK_EVERY_S", 0.05)
    store = tmp_path / "radio"
    async with open_hub(tmp_path / "hub", kind) as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        told = Told(hub)
        guard = Guard(partial(make_radio, store=store))
        code = await hub.enrolment.make_code(DeviceKind.RADIO, "R01", LOCAL)
        first = await enrol(f"{str(console.base_url).rstrip('/')}/join#d={code.code}", store)
        assert first.renew_at_ms is not None
        on_duty = asyncio.create_task(live(store, first, guard.clock, guard.hold))
        try:
            await until(lambda: hub.radios.is_online("R01"), "the radio is on line")
            issued = [await issue(hub, "前")]
            guard.clock.jump_wall(first.renew_at_ms / 1000 - guard.clock.wall_us() / 1e6)
            async with asyncio.timeout(DEADLINE_S):
                while len(guard.credentials) == 1 or not guard.radio.link.connected:
                    issued.append(await issue(hub, f"第 {len(issued)}"))
            issued.append(await issue(hub, "后"))
            await told.wait(EventKind.REPORT_MADE, "R01", len(issued))
            await until(lambda: guard.radio.link.unconfirmed == 0, "everything it said is confirmed")
        finally:
            await end_tasks(on_duty)
        assert all([await is_answered(hub, alert_id) for alert_id in issued])
        assert hub.enrolment.seal_key("R01") == guard.credentials[-1].seal_key != first.seal_key
    assert sorted(guard.shown) == sorted(issued), "each alert is shown once"
    reported = [body["alert_id"] for body in told.of(EventKind.REPORT_MADE)]
    assert sorted(reported) == sorted(issued), "each report comes once"


async def test_key_that_is_pressed_while_a_radio_ends_is_said_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-4.4: the disk is slow, so that the alert is shown when the radio has left its line."""
    on_disk, sync = threading.Event(), Journal.syncing

    def slow(journal: Journal) -> Callable[[], None]:
        now = sync(journal)
        return lambda: (on_disk.wait(DEADLINE_S), now())[1]

    monkeypatch.setattr(Journal, "syncing", slow)
    async with open_hub(tmp_path / "hub") as hub:
        guard = Guard(partial(make_radio, store=tmp_path / "radio"))
        credential = await hub.enrolment.issue(DeviceKind.RADIO, "R01")
        holding = asyncio.create_task(guard.hold(credential))
        await until(lambda: hub.radios.is_online("R01"), "the radio is on line")
        alert_id = await issue(hub, "走失")
        await until(lambda: bool(guard.radio._under_way), "the alert has come")
        holding.cancel()
        await until(lambda: not hub.radios.is_online("R01"), "the radio has said goodbye")
        assert guard.shown == []
        on_disk.set()
        await asyncio.gather(holding, return_exceptions=True)
        assert guard.shown == [alert_id]
        told = Told(hub)
        holding = asyncio.create_task(guard.hold(credential))
        try:
            await told.wait(EventKind.REPORT_MADE, "R01")
            await until(lambda: guard.radio.link.unconfirmed == 0, "everything it said is confirmed")
        finally:
            await end_tasks(holding)
        assert await is_answered(hub, alert_id)
    assert guard.shown == [alert_id]
