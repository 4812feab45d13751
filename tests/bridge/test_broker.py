"""The broker, one door with three ways: who may enter, what it keeps, how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import aiomqtt
import pytest

from devices.link import BrokerAddress
from devices.protocol.topics import DeviceKind
from hub.bridge import broker_choice as module
from hub.bridge.accesslist import BrokerUser, device_user, password_line
from hub.bridge.broker import Broker, BrokerError, choose
from hub.settings import BrokerChoice
from tests.devices.room import BROKERS, DEADLINE_S, mqtt_client, open_broker, until


def client(address: BrokerAddress, identifier: str | None = None) -> aiomqtt.Client:
    identifier = identifier or (None if address.username == "hub" else address.username)
    return mqtt_client(address, timeout_s=2, identifier=identifier)


async def enrolled(broker: Broker, *names: str, group_ids: tuple[str, ...] = ()) -> list[BrokerAddress]:
    """Have the broker know these radios alone; the password of R1 is secret-R1."""
    users = [device_user(DeviceKind.RADIO, name, password_line(f"secret-{name}"), group_ids) for name in names]
    await broker.apply(lambda: users)
    return [replace(broker.hub_address, username=name, password=f"secret-{name}") for name in names]


async def taken(reader: aiomqtt.Client, count: int) -> AsyncIterator[aiomqtt.Message]:
    async with asyncio.timeout(DEADLINE_S):
        async for message in reader.messages:
            yield message
            count -= 1
            if count == 0:
                return


async def first_topic(reader: aiomqtt.Client) -> str:
    (message,) = [message async for message in taken(reader, 1)]
    return message.topic.value


@asynccontextmanager
async def quietly(one: aiomqtt.Client) -> AsyncIterator[aiomqtt.Client]:
    """A client whose goodbye may fail, since its line was cut."""
    with suppress(aiomqtt.MqttError):
        async with one:
            yield one


def test_auto_takes_mosquitto_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_mosquitto", lambda: "/usr/sbin/mosquitto")
    assert choose("auto") is BrokerChoice.MANAGED
    monkeypatch.setattr(module, "find_mosquitto", lambda: None)
    assert choose("auto") is BrokerChoice.EMBEDDED
    assert choose("mqtt://broker:1883") is None
    with pytest.raises(BrokerError, match="install Debian's package mosquitto"):
        choose("managed")


@pytest.mark.parametrize("kind", BROKERS)
async def test_wrong_password_is_refused(kind: str, tmp_path: Path) -> None:
    async with open_broker(kind, tmp_path) as broker:
        async with client(broker.hub_address):
            pass
        assert not await connects(replace(broker.hub_address, password="guessed"))


@pytest.mark.parametrize("kind", BROKERS)
async def test_broker_listens_on_loopback_alone(kind: str, tmp_path: Path) -> None:
    async with open_broker(kind, tmp_path) as broker:
        listening = {
            local.rsplit(":", 1)[0]
            for local in (line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
            if local.endswith(f":{broker.hub_address.port:04X}")
        }
        assert listening == {"0100007F"}


async def test_device_says_its_own_topics_and_no_other(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker, client(broker.hub_address) as hub:
        radio, other = await enrolled(broker, "R1", "R2")
        await hub.subscribe("qs/1/#")
        async with client(radio) as device:
            for topic in (
                "qs/1/radio/R2/status",
                "qs/1/radio/R1/alert",
                "qs/1/radio/R1/sighting",
                "qs/1/worker/R1/birth",
                "qs/1/group/all/voice",
                "qs/1/group/all/floor",
                "qs/1/hub/tick",
                "qs/1/radio/R1/status",
            ):
                await device.publish(topic, b"x", qos=0)
            assert await first_topic(hub) == "qs/1/radio/R1/status"
        assert other.username == "R2"


async def test_device_hears_what_is_said_to_it_and_its_groups_alone(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker, client(broker.hub_address) as hub:
        (radio,) = await enrolled(broker, "R1", group_ids=("all", "kind-hotel"))
        async with client(radio) as device:
            await device.subscribe("#")
            own = (
                "qs/1/radio/R1/alert",
                "qs/1/radio/R1/confirm",
                "qs/1/radio/R1/floor-control",
                "qs/1/radio/R1/groups",
                "qs/1/radio/R1/hear",
                "qs/1/group/kind-hotel/voice",
                "qs/1/group/all/floor",
                "qs/1/hub/tick",
            )
            for topic in (
                "qs/1/radio/R2/alert",
                "qs/1/radio/R2/floor-control",
                "qs/1/radio/R2/hear",
                "qs/1/radio/R2/status",
                "qs/1/worker/worker-1/assign",
                "qs/1/group/kind-school/voice",
                "qs/1/group/kind-school/floor",
                *own,
            ):
                await hub.publish(topic, b"x", qos=1)
            heard = {message.topic.value async for message in taken(device, len(own))}
            assert heard == set(own)


async def test_radio_that_leaves_a_group_hears_it_no_more_and_keeps_its_line(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker, client(broker.hub_address) as hub:
        line = password_line("secret")
        await broker.apply(lambda: [device_user(DeviceKind.RADIO, "R1", line, ("one", "two"))])
        async with client(replace(broker.hub_address, username="R1", password="secret")) as device:
            await device.subscribe("qs/1/group/+/voice")
            await hub.publish("qs/1/group/one/voice", b"x", qos=1)
            assert await first_topic(device) == "qs/1/group/one/voice"
            await broker.apply(lambda: [device_user(DeviceKind.RADIO, "R1", line, ("two",))])
            for group in ("one", "two"):
                await hub.publish(f"qs/1/group/{group}/voice", b"x", qos=1)
            assert await first_topic(device) == "qs/1/group/two/voice"


async def test_device_whose_password_changed_or_who_is_gone_is_cut_off_and_the_others_stay(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker:
        kept, line = password_line("kept"), password_line("old")
        users = [device_user(DeviceKind.RADIO, name, line, ()) for name in ("R1", "R2")]
        stays = [device_user(DeviceKind.RADIO, f"S{n:03}", kept, ()) for n in range(130)]
        await broker.apply(lambda: [*users, *stays])
        async with AsyncExitStack() as stack:
            address = broker.hub_address
            cut = [
                await stack.enter_async_context(quietly(client(replace(address, username=name, password="old"))))
                for name in ("R1", "R2")
            ]
            others = [
                await stack.enter_async_context(client(replace(address, username=user.name, password="kept")))
                for user in stays
            ]
            await broker.apply(lambda: [device_user(DeviceKind.RADIO, "R2", password_line("new"), ()), *stays])
            async with asyncio.timeout(DEADLINE_S):
                for gone in cut:
                    with pytest.raises(aiomqtt.MqttError):
                        async for _message in gone.messages:
                            raise AssertionError("nothing is said")
            for other in others:  # a line that was dropped is known by its next word
                await other.publish(f"qs/1/radio/{other.identifier}/status", b"x", qos=1, timeout=5)
        assert not await connects(replace(address, username="R2", password="old"))
        assert await connects(replace(address, username="R2", password="new"))


async def test_changes_that_come_together_are_read_once(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker:
        users: list[BrokerUser] = []
        applying = []
        for n in range(50):
            users.append(device_user(DeviceKind.RADIO, f"R{n}", password_line(f"secret-{n}"), ()))
            applying.append(asyncio.ensure_future(broker.apply(lambda: users)))
        await asyncio.gather(*applying)
        assert broker.rereads == 1
        for n in (0, 49):
            assert await connects(replace(broker.hub_address, username=f"R{n}", password=f"secret-{n}"))


async def test_killed_broker_knows_who_was_enrolled_while_it_was_away(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker:
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGKILL)
        user = device_user(DeviceKind.RADIO, "R1", password_line("secret"), ())
        await broker.apply(lambda: [user])
        await until(lambda: broker.restarts == 1, "the broker is started again")
        async with asyncio.timeout(DEADLINE_S):
            while not await connects(replace(broker.hub_address, username="R1", password="secret")):
                continue


async def test_passwords_are_kept_for_the_owner_alone_and_stand_in_no_list_of_processes(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker:
        await enrolled(broker, "R1")
        for name in ("credentials.json", "passwords", "access", "mosquitto.conf"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        assert "secret-R1" not in (tmp_path / "passwords").read_text()
        command = Path(f"/proc/{broker.pid}/cmdline").read_bytes().decode()
        assert broker.hub_address.password is not None
        assert broker.hub_address.password not in command


async def test_hubs_password_and_port_are_kept(tmp_path: Path) -> None:
    first, second = Broker(tmp_path, "embedded"), Broker(tmp_path, "embedded")
    assert first.hub_address == second.hub_address
    assert first.own_entrance() == second.own_entrance()
    assert first.own_entrance().shared_password != first.hub_address.password
    assert Broker(tmp_path, "embedded", port=4321).hub_address.port == 4321


async def test_as_many_devices_as_the_machine_allows_may_be_open_files(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker:
        limits = Path(f"/proc/{broker.pid}/limits").read_text()
        (soft, hard) = next(line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files"))
        assert soft == hard


async def test_port_of_another_program_is_refused_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        broker = Broker(tmp_path, "embedded", port=other.getsockname()[1])
        with pytest.raises(BrokerError, match="taken by another program: choose --broker-port"):
            await broker.start()
        await broker.stop()


@pytest.mark.parametrize("kind", BROKERS)
async def test_killed_broker_comes_back_at_the_same_address(kind: str, tmp_path: Path) -> None:
    async with open_broker(kind, tmp_path) as broker:
        killed = broker.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await until(lambda: broker.restarts == 1 and broker.pid != killed, "the broker is started again")
        async with asyncio.timeout(DEADLINE_S):
            while not await connects(broker.hub_address):
                continue


async def connects(address: BrokerAddress) -> bool:
    try:
        async with client(address):
            return True
    except aiomqtt.MqttError:
        return False
