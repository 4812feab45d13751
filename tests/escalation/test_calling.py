"""The step ``call_radio``: the hub itself calls a silent radio and speaks the alert, paced as a person's voice is."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from devices.protocol import messages as wire
from devices.protocol import topics, voice
from devices.protocol.groups import FloorControl
from devices.protocol.sos import SosRaised
from devices.protocol.topics import DeviceKind, Down, Up, private_group
from hub.access.audit import THE_HUB, Action
from hub.access.people import Role
from hub.alerts.messages import NewAlert
from hub.app import Hub
from hub.escalation.policy import Rules
from hub.events.messages import EventKind
from hub.talk import messages as out
from hub.talk.hub_calls import AT_ONCE, HUB_NAME
from tests.devices.room import until
from tests.hub import Told, open_hub
from tests.played import HandDevice, radio_on_line
from tests.shifts.test_shifts import audited
from tests.talk.desk import Desk

CALLS = msgspec.convert(
    {"name": "呼叫", "severities": ["Severe"], "steps": [{"after_s": 1, "action": "call_radio"}], "ask_again_s": 30},
    Rules,
)
TONE = f"""{sys.executable} -c "
import math, struct, sys, wave
with wave.open(sys.stdout.buffer, 'wb') as said:
    said.setnchannels(1); said.setsampwidth(2); said.setframerate(16000)
    said.writeframes(b''.join(struct.pack('<h', int(8000 * math.sin(n / 4))) for n in range(16000)))
" """
"""An engine that says one second of tone, whatever it is given."""
FRAMES = 50


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.escalation.service.LOOK_EVERY_S", 0.02)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path / "hub", speech_command=TONE) as opened:
        await opened.escalations.set_policy(CALLS, "chief")
        yield opened


def heard(radio: HandDevice) -> list[tuple[voice.VoicePacket, float]]:
    topic = topics.down(DeviceKind.RADIO, radio.device_id, Down.VOICE)
    return [voice.decode(bytes(one.payload)) for one in radio.heard if one.topic.value == topic]


async def why(told: Told, alert_id: str) -> dict[str, str | None]:
    """Radio: why it was passed over."""
    bodies = await told.wait(EventKind.ESCALATION_STEPPED, alert_id)
    return {one["radio_id"]: one["passed_over"] for body in bodies for one in body["steps"]}


async def test_silent_radio_is_called_in_the_hubs_name_in_the_time_that_the_words_take(hub: Hub) -> None:
    told, officer = Told(hub), Desk(hub, "officer", Role.OFFICER)
    async with radio_on_line(hub, "R01") as radio:
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
        assert await why(told, alert.alert_id) == {"R01": None} | dict.fromkeys(("R02", "R03", "R04"), "off_line")
        await until(lambda: len(heard(radio)) == FRAMES, "all was said")
        packets = heard(radio)
        (taken,) = (
            one for one in radio.said_to_me(Down.FLOOR_CONTROL, FloorControl) if isinstance(one, wire.FloorTaken)
        )
        assert (taken.group_id, taken.talker_name) == (private_group("R01"), HUB_NAME)
        assert [one.sequence for one in packets] == list(range(FRAMES))
        assert [one.last for one in packets] == [False] * (FRAMES - 1) + [True]
        said_at_us = [one.monotonic_us for one in packets]
        assert 0.9 * FRAMES * 20_000 < said_at_us[-1] - said_at_us[0] + 20_000 < 2 * FRAMES * 20_000
        (ended,) = await told.wait(EventKind.BURST_ENDED)
        assert (ended["talker_name"], ended["group_id"]) == (HUB_NAME, private_group("R01"))
        assert officer.packets == [], "it does not ring in the police room"
    detail = await audited(hub, Action.CALL_RADIO)
    assert detail == [(THE_HUB, {"alert_id": alert.alert_id, "radio_ids": ["R01"]})]
    officer.go()


async def test_radio_with_which_somebody_speaks_is_not_interrupted(hub: Hub) -> None:
    told, dispatcher = Told(hub), Desk(hub, "dispatcher")
    async with radio_on_line(hub, "R01"):
        grant = dispatcher.press(private_group("R01"))
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
        assert (await why(told, alert.alert_id))["R01"] == "busy"
        dispatcher.release(grant)
    dispatcher.go()


async def test_hub_gives_way_to_whoever_wants_to_speak_with_the_radio(hub: Hub) -> None:
    dispatcher = Desk(hub, "dispatcher")
    async with radio_on_line(hub, "R01") as radio:
        await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
        await until(lambda: len(heard(radio)) > 3, "the hub speaks")
        hub.talk.press(dispatcher, private_group("R01"), "mine")
        grant = await dispatcher.wait(out.Granted)
        assert len(heard(radio)) < FRAMES / 2
        dispatcher.release(grant)
    dispatcher.go()


def granted(radio: HandDevice) -> list[int]:
    """Its talk bursts."""
    said = radio.said_to_me(Down.FLOOR_CONTROL, FloorControl)
    return [one.burst_id for one in said if isinstance(one, wire.FloorGranted)]


async def press_sos(hub: Hub, radio: HandDevice) -> None:
    """Its microphone was opened and let go again; its SOS is not closed."""
    await radio.say(Up.SOS, SosRaised(stamp=radio.stamp(), message_id="m1", sos_id="s1"))
    await until(lambda: hub.emergencies.is_in_danger(radio.device_id), "the SOS is known")
    await until(lambda: granted(radio), "its microphone is open")
    await radio.say(Up.FLOOR, wire.FloorRelease(stamp=radio.stamp(), burst_id=granted(radio)[0]))
    await until(lambda: not hub.talk.bursts_under_way, "nobody speaks")


async def test_hub_does_not_speak_aloud_beside_a_guard_who_calls_for_help(hub: Hub) -> None:
    told = Told(hub)
    async with radio_on_line(hub, "R01") as radio:
        await press_sos(hub, radio)
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
        assert (await why(told, alert.alert_id))["R01"] == "in_danger"
        assert heard(radio) == []


async def test_hub_that_speaks_falls_silent_when_the_guard_presses_sos(hub: Hub) -> None:
    async with radio_on_line(hub, "R01") as radio:
        await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
        await until(lambda: len(heard(radio)) > 3, "the hub speaks")
        await press_sos(hub, radio)
        assert len(heard(radio)) < FRAMES / 2
        assert hub.talk.hub_calls.room == AT_ONCE


async def test_hub_that_cannot_speak_says_so(tmp_path: Path) -> None:
    async with open_hub(tmp_path / "hub", speech_command="none") as hub:
        await hub.escalations.set_policy(CALLS, "chief")
        told = Told(hub)
        async with radio_on_line(hub, "R01"):
            alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失"), "dispatcher")
            assert set((await why(told, alert.alert_id)).values()) == {"no_speech"}
