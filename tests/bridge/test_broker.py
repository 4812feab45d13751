"""The broker, one door with three ways: who may enter, what it keeps, how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import aiomqtt
import pytest

from devices.link import BrokerAddress
from hub.bridge import broker as module
from hub.bridge.broker import Broker, BrokerError, choose
from hub.settings import BrokerChoice
from tests.devices.room import BROKERS, open_broker, until


def client(address: BrokerAddress, password: str | None = None) -> aiomqtt.Client:
    return aiomqtt.Client(
        address.host,
        address.port,
        username=address.username,
        password=password or address.password,
        protocol=aiomqtt.ProtocolVersion.V5,
        timeout=1,
    )


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
        async with client(broker.address):
            pass
        with pytest.raises(aiomqtt.MqttError):
            async with client(broker.address, "guessed"):
                pass


@pytest.mark.parametrize("kind", BROKERS)
async def test_broker_listens_on_loopback_alone(kind: str, tmp_path: Path) -> None:
    async with open_broker(kind, tmp_path) as broker:
        listening = {
            local.rsplit(":", 1)[0]
            for local in (line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
            if local.endswith(f":{broker.address.port:04X}")
        }
        assert listening == {"0100007F"}


async def test_device_can_write_neither_group_topics_nor_the_hubs_tick(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker, client(broker.hub_address) as hub:
        await hub.subscribe("qs/1/#")
        async with client(broker.address) as device:
            for topic in ("qs/1/group/all/voice", "qs/1/hub/tick", "qs/1/radio/R1/status"):
                await device.publish(topic, b"x", qos=0)
            async with asyncio.timeout(5):
                async for message in hub.messages:
                    assert message.topic.value == "qs/1/radio/R1/status"
                    break


async def test_device_can_neither_read_what_workers_are_told_nor_speak_as_one(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker, client(broker.hub_address) as hub:
        await hub.subscribe("qs/1/#")
        async with client(broker.address) as device, client(broker.worker_address) as worker:
            for one in (device, worker):
                await one.subscribe("qs/1/#")
            for topic in ("qs/1/worker/worker-1/assign", "qs/1/radio/R1/alert"):
                await hub.publish(topic, b"x", qos=1)
            assert await first_topic(device) == "qs/1/radio/R1/alert"
            assert await first_topic(worker) == "qs/1/worker/worker-1/assign"
            await device.publish("qs/1/worker/worker-1/birth", b"x", qos=0)
            await device.publish("qs/1/radio/R1/alert", b"forged", qos=0)
            await worker.publish("qs/1/radio/R1/status", b"x", qos=0)
            await worker.publish("qs/1/worker/worker-1/camera-state", b"x", qos=0)
            heard = [(m.topic.value, m.payload) async for m in taken(hub, 3)]
            assert heard[-1] == ("qs/1/worker/worker-1/camera-state", b"x")
            await device.publish("qs/1/radio/R1/status", b"last", qos=0)
            assert await first_topic(hub) == "qs/1/radio/R1/status"


async def taken(reader: aiomqtt.Client, count: int) -> AsyncIterator[aiomqtt.Message]:
    async with asyncio.timeout(5):
        async for message in reader.messages:
            yield message
            count -= 1
            if count == 0:
                return


async def first_topic(reader: aiomqtt.Client) -> str:
    (message,) = [message async for message in taken(reader, 1)]
    return message.topic.value


async def test_credentials_of_an_older_hub_get_a_worker_password_and_stay(tmp_path: Path) -> None:
    older = {"port": 4321, "hub_password": "h", "device_password": "d"}
    (tmp_path / "credentials.json").write_text(json.dumps(older))
    first, second = Broker(tmp_path, "embedded"), Broker(tmp_path, "embedded")
    assert (first.hub_address.password, first.address.password, first.address.port) == ("h", "d", 4321)
    assert first.worker_address.password not in ("h", "d", None)
    assert second.worker_address == first.worker_address


async def test_passwords_and_port_are_kept_for_the_owner_alone(tmp_path: Path) -> None:
    first, second = Broker(tmp_path, "embedded"), Broker(tmp_path, "embedded")
    assert first.address == second.address
    assert first.address.password != first.hub_address.password
    assert stat.S_IMODE((tmp_path / "credentials.json").stat().st_mode) == 0o600
    assert Broker(tmp_path, "embedded", port=4321).address.port == 4321


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
        async with asyncio.timeout(10):
            while not await connects(broker.address):
                continue


async def connects(address: BrokerAddress) -> bool:
    try:
        async with client(address):
            return True
    except aiomqtt.MqttError:
        return False
