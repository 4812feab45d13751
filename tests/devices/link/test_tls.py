"""The line over TLS, and what a device says when it is not let in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from devices.link import BrokerAddress, Credential, Link, LinkTiming
from devices.link.connection import ConnectError, Connection
from devices.protocol.clock import SystemClock
from devices.protocol.messages import Birth, Death, Report
from devices.protocol.topics import DeviceKind, Up
from hub.bridge.accesslist import device_user, password_line
from hub.bridge.broker import Broker, free_port
from hub.bridge.configuration import BrokerListen
from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder, Server
from hub.tasks import end_tasks
from tests.devices.room import BROKERS, Room, by_hand, open_broker, until


def certificates(folder: Path) -> BrokerListen:
    """A broker's certificate for this machine, of an authority of its own."""
    made = CertificateFolder(folder)
    made.make(Names.of([], ["127.0.0.1"]), datetime.now(UTC))
    return BrokerListen(
        "127.0.0.1", free_port(), made.ca_pem, made.certificate_file(Server.BROKER), made.key_file(Server.BROKER)
    )


@dataclass
class Secured:
    broker: Broker
    credential: Credential


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[Secured]:
    listen = await asyncio.to_thread(certificates, tmp_path / "certificates")
    broker = Broker(tmp_path / "broker", "managed", listen=listen)
    broker.prepare(lambda: [device_user(DeviceKind.RADIO, "R001", password_line("secret"), ())])
    await broker.start()
    address = BrokerAddress("127.0.0.1", listen.port, "R001", "secret")
    try:
        yield Secured(broker, by_hand(address, "R001", authority_pem=listen.authority.read_text()))
    finally:
        await broker.stop()


async def refusal(credential: Credential) -> str:
    """What the device says that it is told when it connects."""
    with pytest.raises(ConnectError) as refused:
        await Connection.open(
            credential.broker,
            "radio-R001",
            tls=credential.tls(),
            will_topic="qs/1/radio/R001/death",
            will_payload=b"",
            filters={},
            on_message=lambda _topic, _payload: None,
        )
    return str(refused.value)


async def test_device_speaks_over_tls_and_says_goodbye_in_order(secured: Secured) -> None:
    """P-10.8."""
    link = Link(secured.credential, clock=SystemClock(), software="test", timing=LinkTiming(first_reconnect_s=0.05))
    async with Room(secured.broker.hub_address).open() as room:
        running = asyncio.create_task(link.run())
        await room.hear("R001", Up.BIRTH, Birth)
        link.send_reliably(
            Up.REPORT, lambda stamp, message_id: Report(stamp=stamp, message_id=message_id, text="安全" * 900)
        )
        assert (await room.hear("R001", Up.REPORT, Report))[0].text == "安全" * 900
        await end_tasks(running)
        died = await room.hear("R001", Up.DEATH, Death)
        assert [death.birth_count for death in died] == [link.birth_count]


async def test_device_whose_line_is_cut_comes_back_over_tls(secured: Secured) -> None:
    """P-10.8."""
    link = Link(secured.credential, clock=SystemClock(), software="test", timing=LinkTiming(first_reconnect_s=0.05))
    async with Room(secured.broker.hub_address).open() as room:
        running = asyncio.create_task(link.run())
        await until(lambda: link.connected, "the link is connected")
        assert link._connection is not None
        link._connection.drop()
        await room.hear("R001", Up.DEATH, Death)
        await room.hear("R001", Up.BIRTH, Birth, 2)
        await end_tasks(running)


async def test_refused_password_is_told_from_a_refused_certificate(secured: Secured, tmp_path: Path) -> None:
    """P-10.8."""
    wrong = msgspec.structs.replace(secured.credential, password="wrong")
    assert "refuses the password of R001" in await refusal(wrong)
    other = await asyncio.to_thread(certificates, tmp_path / "other")
    stranger = msgspec.structs.replace(secured.credential, authority_pem=other.authority.read_text())
    said = await refusal(stranger)
    assert "a certificate that is not of this device's hub" in said
    assert "enrol it again" in said


async def test_certificate_for_another_name_is_refused(secured: Secured) -> None:
    """P-10.8."""
    assert "not of this device's hub" in await refusal(msgspec.structs.replace(secured.credential, broker_host="127.1"))


async def test_line_with_tls_at_one_end_alone_says_so(secured: Secured) -> None:
    """P-10.8."""
    assert "TLS is spoken there" in await refusal(msgspec.structs.replace(secured.credential, authority_pem=None))
    plain_port = secured.broker.hub_address.port
    assert "does not speak TLS 1.3" in await refusal(
        msgspec.structs.replace(secured.credential, broker_port=plain_port)
    )


@pytest.mark.parametrize("kind", BROKERS)
async def test_wrong_password_names_whose_it_is_and_never_the_password(kind: str, tmp_path: Path) -> None:
    async with open_broker(kind, tmp_path) as broker:
        credential = msgspec.structs.replace(by_hand(broker.hub_address), password="guessed")
        said = await refusal(credential)
    assert f"the password of {credential.broker_user}" in said
    assert "guessed" not in said
