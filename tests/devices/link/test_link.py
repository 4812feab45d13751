"""The link on real brokers: births, deaths, confirmed delivery, lost lines, bad payloads."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from devices.link import Credential, Link, LinkTiming
from devices.link.refusals import Refusal
from devices.protocol import messages, topics
from devices.protocol.clock import SystemClock
from devices.protocol.messages import Birth, Death, DeviceStatus, Message, Receipt, Report, Stamp
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.broker import Broker
from hub.tasks import end_tasks
from tests.devices.room import DEADLINE_S, Room, by_hand, until

QUICK = LinkTiming(first_reconnect_s=0.05, longest_reconnect_s=0.5, first_repeat_s=0.2, longest_repeat_s=0.4)


def make_link(
    broker: Broker, store_dir: Path | None = None, device_id: str = "R001", timing: LinkTiming = QUICK
) -> Link:
    return link_of(by_hand(broker.hub_address, device_id), store_dir, timing)


def link_of(credential: Credential, store_dir: Path | None = None, timing: LinkTiming = QUICK) -> Link:
    return Link(credential, clock=SystemClock(), software="test 1", store_dir=store_dir, timing=timing)


@asynccontextmanager
async def running(link: Link) -> AsyncIterator[Link]:
    task = asyncio.create_task(link.run())
    try:
        await until(lambda: link.connected, "the link is connected")
        yield link
    finally:
        await end_tasks(task)


def report(stamp: Stamp, message_id: str) -> Message:
    return Report(stamp=stamp, message_id=message_id, text="在东门")


async def restart(broker: Broker) -> None:
    """Kill the broker; its keeper starts it again, with nothing remembered."""
    assert broker.pid is not None
    before = broker.pid
    os.kill(before, signal.SIGKILL)
    await until(lambda: broker.pid != before, "the broker is back")


async def test_birth_is_retained_and_counts_up_with_each_connection(broker: Broker, room: Room, tmp_path: Path) -> None:
    """P-2.1, P-2.2."""
    counts: list[int] = []
    topic = topics.up(DeviceKind.RADIO, "R001", Up.BIRTH)
    for connection in range(1, 4):
        async with running(make_link(broker, tmp_path / "R001")):
            await room.hear("R001", Up.BIRTH, Birth, connection)
            kept = await room.retained(topic)
            assert kept is not None
            birth = messages.decode(kept, Birth)
            assert birth.software == "test 1"
            counts.append(birth.birth_count)
    assert counts == sorted(set(counts))


async def test_link_that_breaks_leaves_a_retained_death_of_the_same_birth(broker: Broker, room: Room) -> None:
    """P-2.3."""
    reader, writer = await asyncio.open_connection(broker.hub_address.host, broker.hub_address.port)
    relay = await asyncio.start_server(lambda r, w: _pipe(r, w, reader, writer), "127.0.0.1", 0)
    port = relay.sockets[0].getsockname()[1]
    async with running(link_of(by_hand(replace(broker.hub_address, host="127.0.0.1", port=port)))) as link:
        born = (await room.hear("R001", Up.BIRTH, Birth))[0]
        assert born.birth_count == link.birth_count
        writer.transport.abort()
        relay.close()
        died = (await room.hear("R001", Up.DEATH, Death))[0]
        assert died.birth_count == born.birth_count
        kept = await room.retained(topics.up(DeviceKind.RADIO, "R001", Up.DEATH))
        assert kept is not None
        assert messages.decode(kept, Death) == died


async def _pipe(
    device_reader: asyncio.StreamReader,
    device_writer: asyncio.StreamWriter,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                target.write(data)
        target.close()

    await asyncio.gather(copy(device_reader, writer), copy(reader, device_writer))


async def test_orderly_stop_says_death_once(broker: Broker, room: Room) -> None:
    """P-2.3."""
    async with running(make_link(broker)) as link:
        count = link.birth_count
    died = await room.hear("R001", Up.DEATH, Death)
    assert [death.birth_count for death in died] == [count]


async def test_every_message_is_stamped_in_sequence(broker: Broker, room: Room) -> None:
    """P-1.3."""
    async with running(make_link(broker)) as link:
        for _ in range(5):
            link.publish(Up.STATUS, DeviceStatus(stamp=link.stamp(), birth_count=link.birth_count))
        stamps = [status.stamp for status in await room.hear("R001", Up.STATUS, DeviceStatus, 5)]
    assert {stamp.boot_id for stamp in stamps} == {link.boot_id}
    sequences = [stamp.sequence for stamp in stamps]
    assert sequences == list(range(sequences[0], sequences[0] + 5))
    assert all(a.monotonic_us <= b.monotonic_us for a, b in pairwise(stamps))


async def test_everything_a_device_says_has_its_seal_and_the_next_counter(broker: Broker, room: Room) -> None:
    """P-10.2: the room opens every seal with the device's key."""
    room.confirms = False
    async with running(make_link(broker)) as link:
        count = link.birth_count
        link.send_reliably(Up.REPORT, report)
        link.publish(Up.STATUS, DeviceStatus(stamp=link.stamp(), birth_count=count))
        await room.hear("R001", Up.STATUS, DeviceStatus)
        await room.hear("R001", Up.REPORT, Report, 2)
    await room.hear("R001", Up.DEATH, Death)
    said = [(sealed.counter, topics.parse_up(topic).up) for topic, sealed in room.seals]
    assert {sealed.birth_count for _, sealed in room.seals} == {count}
    assert [counter for counter, _ in sorted(said)] == list(range(1, len(said) + 1)), "repeats have the next counter"
    assert (min(said)[1], max(said)[1]) == (Up.BIRTH, Up.DEATH)


async def test_link_whose_counters_are_spent_connects_anew(
    broker: Broker, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-10.2."""
    monkeypatch.setattr("devices.protocol.seal.WILL_COUNTER", 6)
    async with running(make_link(broker)) as link:
        first = link.birth_count
        for _ in range(5):
            link.publish(Up.STATUS, DeviceStatus(stamp=link.stamp(), birth_count=first))
        assert link.refusals.counts[Refusal.SEALS_SPENT] == 1
        await until(lambda: link.connected and link.birth_count > first, "the link has another birth")
        link.send_reliably(Up.REPORT, report)
        await until(lambda: link.unconfirmed == 0, "it is heard again")


async def test_message_is_repeated_until_confirmed_and_then_no_more(broker: Broker, room: Room) -> None:
    """P-4.1, P-4.2."""
    room.confirms = False
    async with running(make_link(broker)) as link:
        message_id = link.send_reliably(Up.REPORT, report)
        repeats = await room.hear("R001", Up.REPORT, Report, 3)
        assert {repeat.message_id for repeat in repeats} == {message_id}
        assert len({repeat.stamp for repeat in repeats}) == 1
        await room.confirm("R001", message_id)
        await until(lambda: link.unconfirmed == 0, "the report is confirmed")
        said = len(room.said("R001", Up.REPORT, Report))
        await asyncio.sleep(2 * QUICK.longest_repeat_s)
        assert len(room.said("R001", Up.REPORT, Report)) <= said + 1


async def test_message_said_without_a_line_arrives_once_there_is_one(
    broker: Broker, room: Room, tmp_path: Path
) -> None:
    """P-4.4: also when the device was restarted in between."""
    never_run = make_link(broker, tmp_path / "R001")
    message_id = never_run.send_reliably(Up.REPORT, report)
    async with running(make_link(broker, tmp_path / "R001")) as link:
        heard = await room.hear("R001", Up.REPORT, Report)
        assert heard[0].message_id == message_id
        await until(lambda: link.unconfirmed == 0, "the report is confirmed")


async def test_restarted_hub_hears_at_once_what_was_not_confirmed(broker: Broker, room: Room) -> None:
    """P-4.3."""
    room.confirms = False
    slow = LinkTiming(first_repeat_s=3600, longest_repeat_s=3600)
    link = make_link(broker, timing=slow)
    async with running(link):
        await room.tick()
        await until(lambda: link.hub_present, "the hub is known")
        link.send_reliably(Up.REPORT, report)
        await room.hear("R001", Up.REPORT, Report, 1)
        await room.tick()
        room.boot_id += 1
        await room.tick()
        assert len(await room.hear("R001", Up.REPORT, Report, 2)) == 2


async def test_broker_killed_while_speaking_loses_nothing_that_must_arrive(broker: Broker, tmp_path: Path) -> None:
    """P-4.3, P-2.4."""
    async with running(make_link(broker, tmp_path / "R001")) as link:
        first_birth = link.birth_count
        said = {link.send_reliably(Up.REPORT, report) for _ in range(50)}
        await restart(broker)
        said |= {link.send_reliably(Up.REPORT, report) for _ in range(50)}
        await until(lambda: link.connected and link.birth_count > first_birth, "the line is back")
        async with Room(broker.hub_address).open() as room:
            await until(lambda: link.unconfirmed == 0, "all reports are confirmed")
            assert {heard.message_id for heard in room.said("R001", Up.REPORT, Report)} <= said


async def test_backlog_larger_than_the_brokers_window_all_arrives(broker: Broker, room: Room) -> None:
    """P-4.5."""
    async with running(make_link(broker)) as link:
        said = {link.send_reliably(Up.RECEIPT, _receipt) for _ in range(500)}
        await until(lambda: link.unconfirmed == 0, "all receipts are confirmed")
        assert {heard.message_id for heard in room.said("R001", Up.RECEIPT, Receipt)} == said
        assert link.refusals.counts == {}


def _receipt(stamp: Stamp, message_id: str) -> Message:
    return Receipt(stamp=stamp, message_id=message_id, alert_id="A1")


async def test_hub_is_known_from_its_ticks(broker: Broker, room: Room) -> None:
    """P-3.1."""
    link = make_link(broker)
    changes: list[bool] = []
    link.on_hub_change = changes.append
    async with running(link):
        assert not link.hub_present
        await room.tick()
        await until(lambda: changes == [True], "the hub is present")
        age_us = link.age_us(room.stamp().monotonic_us, room.boot_id)
        assert age_us is not None
        assert abs(age_us) < 1_000_000


async def test_bad_payloads_are_counted_and_the_next_good_one_is_heard(broker: Broker, room: Room) -> None:
    """P-1.5, P-1.6."""
    link = make_link(broker)
    heard: list[bytes] = []
    link.follow(topics.group_voice("all"), heard.append)
    async with running(link):
        await room.publish(topics.HUB_TICK, b"\xc1 not MessagePack")
        await room.publish(topics.down(DeviceKind.RADIO, "R001", Down.CONFIRM), b"", qos=1)
        await room.publish(topics.group_voice("all"), b"good")
        await until(lambda: heard == [b"good"], "the good payload is heard")
        await until(lambda: link.refusals.counts[Refusal.MALFORMED] == 2, "both bad ones are counted")
        assert link.connected


async def test_handler_that_fails_does_not_end_the_line(broker: Broker, room: Room) -> None:
    """P-1.6."""

    def fail(payload: bytes) -> None:
        raise RuntimeError("a fault of our own")

    link = make_link(broker)
    link.follow(topics.group_voice("all"), fail)
    async with running(link):
        await room.publish(topics.group_voice("all"), b"x")
        await until(lambda: link.refusals.counts[Refusal.HANDLER_FAILED] == 1, "the failure is counted")
        await room.tick()
        await until(lambda: link.hub_present, "the line goes on")


async def test_own_message_that_is_too_large_is_an_error_at_once(broker: Broker) -> None:
    """P-1.5."""
    link = make_link(broker)
    with pytest.raises(ValueError, match="at most 262116"):
        link.send_reliably(Up.REPORT, lambda stamp, message_id: _Large(stamp=stamp))


class _Large(Message, frozen=True, kw_only=True):
    stamp: Stamp
    body: bytes = bytes(300_000)


async def test_wrong_password_is_counted_with_the_brokers_name(broker: Broker) -> None:
    link = link_of(by_hand(replace(broker.hub_address, password="wrong")))
    task = asyncio.create_task(link.run())
    try:
        await until(lambda: link.refusals.counts[Refusal.NOT_CONNECTED] >= 2, "two refused tries", DEADLINE_S)
        assert not link.connected
    finally:
        await end_tasks(task)


async def test_other_devices_messages_are_not_heard(broker: Broker, room: Room) -> None:
    """P-1.2."""
    one, two = make_link(broker), make_link(broker, device_id="R002")
    heard: list[tuple[str, bytes]] = []
    one.on(Down.ALERT, lambda payload: heard.append(("R001", payload)))
    two.on(Down.ALERT, lambda payload: heard.append(("R002", payload)))
    async with running(one), running(two):
        await room.publish(topics.down(DeviceKind.RADIO, "R002", Down.ALERT), b"for R002", qos=1)
        await room.publish(topics.down(DeviceKind.RADIO, "R001", Down.ALERT), b"for R001", qos=1)
        await until(lambda: len(heard) == 2, "both alerts")
    assert sorted(heard) == [("R001", b"for R001"), ("R002", b"for R002")]
