"""A device that floods: the others are heard, the hub's memory stays small, and its line is cut for a while."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from devices.link import Credential
from devices.protocol.clock import ManualClock
from devices.protocol.topics import DeviceKind
from hub.app import Hub
from hub.bridge.floods import FIELD, FORGED_AT_ONCE, Floods
from hub.bridge.refused import Refused
from tests.devices.room import until
from tests.hub import Told, open_hub
from tests.played import HandDevice, Person, real_radio

STATUS = "qs/1/radio/R01/status"
FLOOD_S = 6.0
REPORTS = 10
"""Each by a radio that repeats it until it is confirmed: mosquitto drops QoS 1 too when 4,000 packets wait."""


class Judge:
    """Floods as the hub has it, with the devices R01, R02 and worker-1 known, and what was cut off."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.refused = Refused()
        self.cut: list[str] = []
        known = ("R01", "R02", "worker-1")
        self.floods = Floods(self.clock, self.refused, lambda topic: topic.device_id in known, self._cut_off)

    def _cut_off(self, device_id: str) -> bool:
        self.cut.append(device_id)
        return self.cut.count(device_id) == 1

    def taken(self, count: int, topic: str = STATUS, size: int = 60) -> int:
        return sum(self.floods.takes(topic, size) for _ in range(count))


def test_what_a_device_says_beyond_its_allowance_is_dropped_and_counted_and_others_are_heard() -> None:
    judge = Judge()
    assert judge.taken(1_000) == FIELD.messages_at_once
    assert judge.refused.counts == {"flooding": 400}
    assert judge.taken(10, "qs/1/radio/R02/report") == 10
    judge.clock.advance(1)
    assert judge.taken(1_000) == FIELD.messages_per_s
    assert judge.cut == []


def test_bytes_count_as_messages_do_and_a_worker_may_say_more() -> None:
    judge = Judge()
    assert judge.taken(30, size=200_000) == 20
    assert judge.taken(3_000, "qs/1/worker/worker-1/sighting", 20_000) == 3_000
    assert judge.cut == []


def test_device_that_floods_on_is_cut_off_and_told_of_once() -> None:
    """P-1.10."""
    judge = Judge()
    judge.taken(5_000)
    assert judge.refused.counts["cut_off"] == 1
    assert set(judge.cut) == {"R01"}


def test_voice_and_a_radio_that_repeats_all_it_kept_pass_or_are_at_least_not_cut_off() -> None:
    judge = Judge()
    for _ in range(600):
        judge.clock.advance(0.02)
        assert judge.taken(1, "qs/1/radio/R01/voice", 400) == 1
    judge.taken(2_000, "qs/1/radio/R01/report", 300)
    assert judge.cut == []


def test_burst_of_forged_words_cuts_the_device_off_but_a_few_do_not() -> None:
    judge = Judge()
    for _ in range(int(FORGED_AT_ONCE)):
        judge.floods.forged("R01", STATUS)
    assert judge.cut == []
    judge.floods.forged("R01", STATUS)
    assert judge.cut == ["R01"]


def test_strangers_share_one_allowance_and_nobody_is_cut_off_for_them() -> None:
    judge = Judge()
    for topic in ("qs/1/radio/R98/status", "qs/1/radio/R99/status", "no device's"):
        judge.taken(2_000, topic)
    assert judge.refused.counts == {"flooding": 6_000 - FIELD.messages_at_once}
    assert judge.cut == []


@asynccontextmanager
async def flooder(hub: Hub, credential: Credential, size: int) -> AsyncIterator[None]:
    """Another program that has this device's password and not its key."""
    told = {
        "port": credential.broker.port,
        "user": credential.broker.username,
        "password": credential.broker.password,
        "topic": STATUS,
        "size": size,
        "seconds": FLOOD_S,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bridge.flooder", stdin=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(told).encode())
        process.stdin.close()
        yield
        assert await asyncio.wait_for(process.wait(), 2 * FLOOD_S) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def rss_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.parametrize("size", [60, 200_000])
async def test_radio_is_heard_while_another_floods_and_memory_stays_small(size: int, tmp_path: Path) -> None:
    """P-1.10."""
    async with open_hub(tmp_path, "managed") as hub, real_radio(hub, "R02", Person()) as radio:
        told = Told(hub)
        credential = await hub.enrolment.issue(DeviceKind.RADIO, "R01")
        before = most = rss_bytes()
        async with flooder(hub, credential, size):
            await until(lambda: hub.refused.counts["flooding"] > 0, "the flood is there")
            for number in range(REPORTS):
                radio.report(text=f"{number}")
                await until(lambda: radio.link.unconfirmed == 0, "the hub has confirmed the report")
                most = max(most, rss_bytes())
                await asyncio.sleep(FLOOD_S / REPORTS / 2)  # the reports are spread over the flood
        body = await told.refusal("R01", "cut_off")
        assert "R01 is shut out for a minute" in body["detail"]
        assert most - before < 96 * 2**20


async def test_device_that_was_cut_off_is_let_in_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-1.10."""
    monkeypatch.setattr("hub.bridge.broker.CUT_OFF_S", 3.0)
    async with open_hub(tmp_path, "managed") as hub:
        credential = await hub.enrolment.issue(DeviceKind.RADIO, "R01")
        rereads = hub.broker.rereads
        with contextlib.suppress(aiomqtt.MqttError):  # its line ends under it
            async with HandDevice.join(credential) as radio:
                for _ in range(int(FORGED_AT_ONCE) + 1):
                    await radio.publish_as_is(STATUS, b"garbage")
                await until(lambda: hub.broker.rereads > rereads, "the broker was told that it is out")
        assert hub.refused.counts["cut_off"] == 1
        with pytest.raises(aiomqtt.MqttError):
            async with HandDevice.join(credential):
                pass
        await until(lambda: hub.broker.rereads > rereads + 1, "the broker was told that it may come in")
        async with HandDevice.join(credential) as radio:
            await radio.be_born(2)
            await until(lambda: hub.radios.is_online("R01"), "R01 is heard again")
