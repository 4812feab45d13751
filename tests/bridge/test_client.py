"""The hub's own connection: what it stamps, what it does not send, what it learns of clocks."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.clock import ManualClock
from devices.protocol.sos import SosCancelAsked
from devices.protocol.topics import Down, Up
from hub.bridge.client import Stamper
from tests.devices.room import mqtt_client, open_broker, until
from tests.hub import address_of, open_hub
from tests.played import radio_on_line

STAMPS = 5_000


def test_stamps_from_several_threads_are_numbered_without_doubles() -> None:
    stamper = Stamper(ManualClock())
    drawn: list[int] = []
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [
            threading.Thread(target=lambda: drawn.extend([stamper.stamp().sequence for _ in range(STAMPS)]))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval_s)
    assert sorted(drawn) == list(range(1, 4 * STAMPS + 1))


async def test_message_too_large_for_the_broker_is_refused_and_the_line_stays(tmp_path: Path) -> None:
    async with open_hub(tmp_path, "managed") as hub, radio_on_line(hub, "R01") as radio:
        large = wire.Confirm(stamp=hub.bridge.stamper.stamp(), message_ids=("x" * topics.MAX_PAYLOAD_BYTES,))
        hub.bridge.say("qs/1/radio/R01/confirm", large)
        small = wire.Confirm(stamp=hub.bridge.stamper.stamp(), message_ids=("m1",))
        hub.bridge.say("qs/1/radio/R01/confirm", small)
        assert await radio.hear(Down.CONFIRM, wire.Confirm) == [small]
        assert (hub.refused.counts["oversized"], hub.bridge.connections) == (1, 1)


async def test_repeats_with_old_stamps_do_not_move_a_devices_clock(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, radio_on_line(hub, "R01") as radio:
        for number in range(25):
            word = SosCancelAsked(stamp=radio.stamp(late_s=60), message_id=f"s{number}", sos_id="none")
            await radio.say(Up.SOS, word)
            report = wire.Report(stamp=radio.stamp(late_s=60), message_id=f"m{number}", text="x")
            await radio.say(Up.REPORT, report)

        def confirmed() -> int:
            confirms = radio.said_to_me(Down.CONFIRM, wire.Confirm)
            return sum(one.startswith("m") for confirm in confirms for one in confirm.message_ids)

        await until(lambda: confirmed() == 25, "all reports are confirmed")
        behind_us = hub.bridge.clocks.wall_error_us("R01")
        assert behind_us is not None
        assert abs(behind_us) < 5_000_000


async def test_voice_for_a_broker_of_somebody_elses_arrives_and_is_dropped_past_the_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_broker("managed", tmp_path / "other") as broker:
        password = broker.hub_address.password
        async with (
            open_hub(tmp_path / "hub", address_of(broker), broker_password=password) as hub,
            mqtt_client(broker.hub_address) as listener,
        ):
            await listener.subscribe("qs/1/group/all/voice")
            for number in range(50):
                hub.bridge.say_voice("qs/1/group/all/voice", b"%d" % number)
            heard = [(await anext(listener.messages)).payload for _ in range(50)]
            assert heard == [b"%d" % number for number in range(50)]
            monkeypatch.setattr("hub.bridge.client.MAX_WAITING_PACKETS", 3)
            for number in range(10):  # in one turn of the loop nothing is written yet
                hub.bridge.say_voice("qs/1/group/all/voice", b"%d" % number)
            assert hub.refused.counts["overloaded"] == 6
