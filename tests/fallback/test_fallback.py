"""The fallback in a whole hub: a silent venue is called, its key counts, and a restart neither forgets nor repeats."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from devices.protocol.clock import ManualClock
from hub.access.messages import PersonId
from hub.alerts.messages import Alert, CancelAlert, NewAlert, Target, TargetKind, Via
from hub.app import Hub
from hub.escalation.policy import Rules
from hub.events.messages import EventKind
from hub.fallback.door import MOST_TEXT
from hub.fallback.errand import MOST_TRIES
from hub.fallback.queue import AGAIN_AFTER_S, MOST_ERRANDS
from hub.fallback.tables import errands, tries
from hub.fallback.wording import text_of
from hub.registry.importing import VenueRows
from tests.devices.room import until
from tests.fallback.telephone import HERE, NEEDS_BARESIP, PASSWORD, open_telephone
from tests.hub import Told, open_hub
from tests.storage.test_writer import held_up

NUMBER = "13900000000"
CALLS = msgspec.convert(
    {"name": "电话", "severities": ["Severe"], "steps": [{"after_s": 1, "action": "phone"}], "ask_again_s": 30}, Rules
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.escalation.service.LOOK_EVERY_S", 0.02)
    monkeypatch.setattr("hub.fallback.service.LOOK_EVERY_S", 0.02)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def hub(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub", clock=clock, fallback="file", speech_command="none") as opened:
        await give_numbers(opened, V01=NUMBER, V02="sip:wutong@192.168.1.20")
        yield opened


async def give_numbers(hub: Hub, **numbers: str) -> None:
    """Enrol the venues' telephones."""
    venues = tuple(
        msgspec.structs.replace(hub.registry.venues[venue_id], phone=number) for venue_id, number in numbers.items()
    )
    await hub.registry.import_venues(VenueRows(venues=venues, radios=(), errors=(), has_phones=True))


async def alarm(hub: Hub, clock: ManualClock, *venue_ids: str) -> Alert:
    """An alert to these venues that nobody acknowledges, and the second at which its step is due."""
    if hub.escalations.policy.version == 0:
        await hub.escalations.set_policy(CALLS, "chief")
    target = Target(kind=TargetKind.VENUES, ids=venue_ids)
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失", target=target), "dispatcher")
    clock.advance(1)
    return alert


def outcomes(told: Told, alert_id: str, venue_id: str = "V01") -> list[tuple[int, str | None]]:
    """Number and outcome of each word on a try, in their order."""
    tried = told.of(EventKind.FALLBACK_TRIED, alert_id)
    return [(one["number"], one["outcome"]) for one in tried if one["venue_id"] == venue_id]


async def written(told: Told, alert_id: str, venue_id: str, number: int) -> None:
    """Return when this try is over."""
    await until(
        lambda: (number, "written") in outcomes(told, alert_id, venue_id), f"try {number} at {venue_id} is over"
    )


async def rows(hub: Hub) -> list[tuple[str, int, str | None]]:
    """Venue, number and outcome of each try on disk."""
    t = tries.c
    query = sa.select(t.venue_id, t.number, t.outcome).order_by(t.venue_id, t.number)
    return [tuple(row) for row in await hub.database.read(lambda connection: connection.execute(query).all())]


async def test_silent_venue_is_tried_three_times_a_minute_apart_and_then_given_up(
    hub: Hub, clock: ManualClock, tmp_path: Path
) -> None:
    told = Told(hub)
    alert = await alarm(hub, clock, "V01", "V03")
    for number in range(1, MOST_TRIES + 1):
        await written(told, alert.alert_id, "V01", number)
        clock.advance(AGAIN_AFTER_S - 1)
        await hub.fallback.look()
        assert len(outcomes(told, alert.alert_id)) == 2 * number, "no sooner than after a minute"
        clock.advance(1)
    await hub.fallback.look()
    assert await rows(hub) == [("V01", n, "written") for n in (1, 2, 3)]
    (stepped,) = told.of(EventKind.ESCALATION_STEPPED, alert.alert_id)
    assert {one["radio_id"]: one["passed_over"] for one in stepped["steps"]} == {"R01": None, "R03": "no_number"}
    letters = [msgspec.json.decode(file.read_bytes()) for file in sorted((tmp_path / "hub" / "fallback").iterdir())]
    assert [one["text"] is not None for one in letters] == [True, False, False, False], "one text, three calls"
    assert letters[0]["text"].startswith("【黔哨警情】场所1：六岁男孩走失")
    assert {one["phone"] for one in letters} == {NUMBER}


async def test_no_number_is_told_to_anybody(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    await give_numbers(hub, V01=NUMBER, V02="sip:wutong@192.168.1.20")
    alert = await alarm(hub, clock, "V01", "V02")
    await until(lambda: (1, "written") in outcomes(told, alert.alert_id, "V02"), "both were tried")
    assert not any(NUMBER.encode() in item.body or b"wutong" in item.body for item in told.items)


async def test_venue_whose_alert_is_cancelled_is_left_in_peace(hub: Hub, clock: ManualClock) -> None:
    told = Told(hub)
    alert = await alarm(hub, clock, "V01")
    await until(lambda: (1, "written") in outcomes(told, alert.alert_id), "the first try is over")
    await hub.alerts.cancel(alert.alert_id, CancelAlert(), "officer")
    clock.advance(AGAIN_AFTER_S)
    await until(lambda: hub.fallback.room == MOST_ERRANDS, "the errand is over")
    assert await rows(hub) == [("V01", 1, "written")]


async def test_hub_without_a_door_passes_the_step_over(tmp_path: Path, clock: ManualClock) -> None:
    async with open_hub(tmp_path / "hub", clock=clock) as hub:
        told = Told(hub)
        await give_numbers(hub, V01=NUMBER)
        alert = await alarm(hub, clock, "V01")
        (stepped,) = await told.wait(EventKind.ESCALATION_STEPPED, alert.alert_id)
        assert [one["passed_over"] for one in stepped["steps"]] == ["no_door"]


async def test_try_that_the_hub_died_in_is_made_again_and_counted_and_a_finished_one_is_not(
    tmp_path: Path, clock: ManualClock
) -> None:
    given = {"clock": clock, "fallback": "file", "speech_command": "none"}
    async with open_hub(tmp_path / "hub", **given) as hub:  # type: ignore[arg-type]
        await give_numbers(hub, V01=NUMBER, V02=NUMBER)
        told = Told(hub)
        alert = await alarm(hub, clock, "V01", "V02")
        for venue_id in ("V01", "V02"):
            await written(told, alert.alert_id, venue_id, 1)
        await hub.database.write(
            lambda change: change.connection.execute(
                sa.update(tries).where(tries.c.venue_id == "V01").values(outcome=None, ended_at_us=None)
            )
        )
        await hub.database.write(
            lambda change: change.connection.execute(
                sa.update(errands).where(errands.c.venue_id == "V02").values(state="acknowledged")
            )
        )
    clock.advance(AGAIN_AFTER_S)
    async with open_hub(tmp_path / "hub", **given) as hub:  # type: ignore[arg-type]
        async with asyncio.timeout(30):  # it may be over before anybody follows the events
            while ("V01", 2, "written") not in await rows(hub):  # noqa: ASYNC110 the condition is on disk
                await asyncio.sleep(0.02)
        assert await rows(hub) == [("V01", 1, "broken_off"), ("V01", 2, "written"), ("V02", 1, "written")]


async def test_long_alert_is_cut_and_still_says_which_key_to_press(hub: Hub, clock: ManualClock) -> None:
    alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失，" * 70), "dispatcher")
    text = text_of(alert, "栖" * 64)
    assert len(text) == MOST_TEXT
    assert text.endswith("…（稍后来电，接听后请按 1 确认）")
    assert text_of(await alarm(hub, clock, "V03"), "场所3").endswith("：六岁男孩走失（稍后来电，接听后请按 1 确认）")


async def test_try_that_fails_of_something_unforeseen_is_over_and_made_again(
    hub: Hub, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unforeseen(file: Path, content: bytes) -> None:
        raise ValueError(NUMBER)

    told = Told(hub)
    with monkeypatch.context() as broken:
        broken.setattr("hub.fallback.file_door.write_private", unforeseen)
        alert = await alarm(hub, clock, "V01")
        await until(lambda: (1, "failed") in outcomes(told, alert.alert_id), "the first try is over")
    clock.advance(AGAIN_AFTER_S)
    await written(told, alert.alert_id, "V01", 2)
    assert await rows(hub) == [("V01", 1, "failed"), ("V01", 2, "written")]


async def test_what_came_of_a_try_stands_though_its_alert_was_over_before_it_is_on_disk(
    hub: Hub, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings, writer = threading.Event(), hub.database.writer
    monkeypatch.setattr("hub.fallback.file_door.write_private", lambda *_: rings.wait(10))
    monkeypatch.setattr("hub.fallback.service.LOOK_EVERY_S", 60)  # from here on it looks when it is told
    tasks: list[asyncio.Task[Any]] = []
    alert = await alarm(hub, clock, "V01")
    await until(lambda: hub.fallback.calls_under_way == 1, "it is tried")
    await hub.alerts.cancel(alert.alert_id, CancelAlert(), "officer")
    with held_up(writer, tasks):
        await until(lambda: writer.waiting > 0, "the disk is busy")
        rings.set()
        await until(lambda: not hub.fallback.calls_under_way, "the try is over")
        tasks.append(asyncio.ensure_future(hub.fallback.look()))
        for _ in range(20):
            await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    async with asyncio.timeout(10):
        while await hub.database.read(lambda connection: connection.scalar(sa.select(errands.c.state))) != "over":
            await hub.fallback.look()
    assert await rows(hub) == [("V01", 1, "written")]


@NEEDS_BARESIP
async def test_key_on_the_telephone_acknowledges_the_venues_lines(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.fallback.sip_door.SAME_VOICE_FOR_S", 0)  # it is pressed as soon as it is picked up
    async with open_telephone(tmp_path / "telephone", NUMBER) as telephone:
        account = {"sip_server": telephone.account.server, "sip_user": "hub", "sip_password": PASSWORD}
        given = {"fallback": "sip", "sip_address": HERE, "speech_command": "none", **account}
        async with open_hub(tmp_path / "hub", clock=clock, **given) as hub:  # type: ignore[arg-type]
            told = Told(hub)
            await give_numbers(hub, V01=NUMBER)
            alert = await alarm(hub, clock, "V01")
            await telephone.hears("【黔哨警情】场所1：六岁男孩走失")
            await telephone.hears("Call established")
            telephone.press("1")
            await until(lambda: (1, "acknowledged") in outcomes(told, alert.alert_id), "the try is over")
            (line,) = (await hub.alerts.find(alert.alert_id)).deliveries
            assert (line.acknowledged_at_ms is not None, line.acknowledged_via) == (True, Via.PHONE)
            with pytest.raises(msgspec.ValidationError):
                msgspec.convert(line.acknowledged_by, PersonId)  # no person has this name
            assert told.of(EventKind.FALLBACK_TRIED)[-1]["texted"]
