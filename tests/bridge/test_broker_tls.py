"""The broker over TLS: for devices on other machines, and where it is somebody else's."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import pytest

from devices.protocol.topics import DeviceKind
from hub.bridge.accesslist import device_user, password_line
from hub.bridge.broker import Broker, BrokerError, free_port
from hub.bridge.configuration import BrokerListen
from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder, Server

USERS = [device_user(DeviceKind.RADIO, name, password_line(f"secret-{name}"), ()) for name in ("R1", "R2")]


@dataclass
class Secured:
    broker: Broker
    listen: BrokerListen
    folder: CertificateFolder

    def client(self, user: str, identifier: str | None = None, tls: ssl.SSLContext | None = None) -> aiomqtt.Client:
        return aiomqtt.Client(
            "127.0.0.1",
            self.listen.port,
            username=user,
            password=f"secret-{user}",
            identifier=identifier or f"radio-{user}",
            tls_context=tls or self.trusting(),
            protocol=aiomqtt.ProtocolVersion.V5,
            timeout=3,
        )

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.listen.authority))


def certificates(folder: Path) -> tuple[CertificateFolder, BrokerListen]:
    made = CertificateFolder(folder)
    made.make(Names.of([], ["127.0.0.1"]), datetime.now(UTC))
    broker = Server.BROKER
    listen = BrokerListen("127.0.0.1", free_port(), made.ca_pem, made.certificate_file(broker), made.key_file(broker))
    return made, listen


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[Secured]:
    folder, listen = await asyncio.to_thread(certificates, tmp_path / "certificates")
    broker = Broker(tmp_path / "broker", "managed", listen=listen)
    broker.prepare(lambda: USERS)
    await broker.start()
    try:
        yield Secured(broker, listen, folder)
    finally:
        await broker.stop()


async def test_device_comes_in_over_tls_that_the_hubs_authority_vouches_for(secured: Secured) -> None:
    async with secured.client("R1") as radio:
        await radio.publish("qs/1/radio/R1/status", b"x", qos=1)
    entrance = secured.broker.entrance("10.0.0.5")
    assert (entrance.host, entrance.port) == ("10.0.0.5", secured.listen.port)
    assert entrance.authority_pem == secured.listen.authority.read_text()


async def test_nobody_comes_in_with_tls_1_2_or_trusting_another_authority(secured: Secured) -> None:
    older = secured.trusting()
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    for context in (older, ssl.create_default_context()):
        with pytest.raises(ssl.SSLError):
            await asyncio.open_connection("127.0.0.1", secured.listen.port, ssl=context)


async def test_device_that_calls_itself_another_does_not_end_the_others_line(secured: Secured) -> None:
    async with secured.client("R1") as radio:
        async with secured.client("R2", identifier="radio-R1"):
            pass
        await radio.publish("qs/1/radio/R1/status", b"x", qos=1, timeout=5)


async def test_renewed_certificate_is_shown_without_dropping_who_is_connected(secured: Secured) -> None:
    before = await shown(secured)
    async with secured.client("R1") as radio:
        await asyncio.to_thread(secured.folder.renew, datetime.now(UTC), all_of_them=True)
        await secured.broker.reread()
        assert await shown(secured) != before
        await radio.publish("qs/1/radio/R1/status", b"x", qos=1, timeout=5)


async def test_renewed_certificate_is_shown_though_the_disk_refused_at_first(
    secured: Secured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.bridge.broker.REREAD_AGAIN_AFTER_S", 0.01)
    before = await shown(secured)
    in_the_way = tmp_path / "broker" / ".passwords.new"
    in_the_way.mkdir()
    await asyncio.to_thread(secured.folder.renew, datetime.now(UTC), all_of_them=True)
    rereading = asyncio.create_task(secured.broker.reread())
    with pytest.raises(IsADirectoryError):  # who waits for the same writing hears of it
        await secured.broker.apply(lambda: USERS)
    assert not rereading.done()
    in_the_way.rmdir()
    await rereading
    assert await shown(secured) != before


async def shown(secured: Secured) -> bytes | None:
    _, writer = await asyncio.open_connection("127.0.0.1", secured.listen.port, ssl=secured.trusting())
    try:
        certificate: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return certificate
    finally:
        writer.close()


async def test_hub_speaks_tls_to_a_broker_elsewhere(secured: Secured, tmp_path: Path) -> None:
    choice = f"mqtts://R1@127.0.0.1:{secured.listen.port}"
    broker = Broker(tmp_path / "other", choice, password="secret-R1", authority=secured.listen.authority)
    address = broker.hub_address
    async with aiomqtt.Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password,
        tls_context=broker.hub_tls,
        protocol=aiomqtt.ProtocolVersion.V5,
    ):
        pass
    assert broker.own_entrance().authority_pem == secured.listen.authority.read_text()


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        ("mqtt://broker.example:1883", "not encrypted: use mqtts://"),
        ("mqtts://broker.example", "needs its authority's certificate: give QIANSHAO_BROKER_AUTHORITY"),
    ],
)
def test_broker_elsewhere_is_refused_without_tls_and_without_its_authority(
    choice: str, why: str, tmp_path: Path
) -> None:
    with pytest.raises(BrokerError, match=why):
        Broker(tmp_path, choice)


def test_embedded_broker_is_refused_where_others_are_to_reach_it(tmp_path: Path) -> None:
    _, listen = certificates(tmp_path / "certificates")
    with pytest.raises(BrokerError, match="install Debian's package mosquitto"):
        Broker(tmp_path, "embedded", listen=listen)
    with pytest.raises(BrokerError, match=r"the hub serves TLS and mqtt://127.0.0.1:1883 does not"):
        Broker(tmp_path, "mqtt://127.0.0.1:1883", listen=listen)


def test_file_that_is_no_authority_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(BrokerError, match=r"ca.pem is no authority's certificate"):
        Broker(tmp_path, "mqtts://broker.example", authority=file)
