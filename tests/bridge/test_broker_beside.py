"""A mosquitto beside the hub, as deploy/compose/mosquitto/serve runs it: it follows the folder that the hub writes."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import pytest

from devices.protocol.topics import DeviceKind
from hub.bridge.accesslist import device_user, password_line
from hub.bridge.broker import Broker, BrokerError, find_mosquitto
from hub.bridge.configuration import BrokerListen
from hub.doctor import installation
from hub.doctor.findings import State
from hub.settings import Settings
from tests.bridge.test_broker_tls import Secured, certificates, shown
from tests.devices.room import until

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose" / "mosquitto"
USERS = [device_user(DeviceKind.RADIO, name, password_line(f"secret-{name}"), ()) for name in ("R1", "R2")]
needs_mosquitto = pytest.mark.skipif(
    find_mosquitto() is None, reason="mosquitto is missing: scripts/install-test-tools"
)


@asynccontextmanager
async def mosquitto(folder: Path, listen: BrokerListen) -> AsyncIterator[None]:
    """What the container runs, until the end of the block; it may find no file yet."""
    text = (COMPOSE / "mosquitto.conf").read_text().replace("/var/lib/qianshao-broker", str(folder / "shared"))
    as_root = "user root\n" if os.geteuid() == 0 else ""
    (folder / "mosquitto.conf").write_text(as_root + text.replace("listener 8883", f"listener {listen.port} 127.0.0.1"))
    process = await asyncio.create_subprocess_exec(
        "sh", COMPOSE / "serve", folder / "shared", folder / "mosquitto.conf",
        env=os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin"},
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@needs_mosquitto
async def test_it_learns_of_users_and_a_renewed_certificate_and_forgets_who_is_gone(tmp_path: Path) -> None:
    folder, listen = await asyncio.to_thread(certificates, tmp_path / "certificates")
    broker = Broker(tmp_path / "broker", f"mqtts://127.0.0.1:{listen.port}", listen=listen, shared=tmp_path / "shared")
    secured = Secured(broker, listen, folder)
    async with mosquitto(tmp_path, listen):
        broker.prepare(lambda: USERS[:1])
        await broker.start()
        await until(lambda: _listens(listen.port), "mosquitto has found its files")
        await broker.apply(lambda: USERS)
        given = Settings(
            data_dir=tmp_path,
            host="127.0.0.2",
            broker=f"mqtts://127.0.0.1:{listen.port}",
            broker_folder=tmp_path / "shared",
        )
        (well,) = await asyncio.to_thread(list, installation.broker(given))
        assert well.state is State.OK
        before = await shown(secured)
        async with secured.client("R1") as kept:
            async with secured.client("R2") as radio:
                await asyncio.to_thread(folder.renew, datetime.now(UTC), all_of_them=True)
                await broker.apply(lambda: USERS[:1])
                assert await shown(secured) != before
                with pytest.raises(aiomqtt.MqttError):
                    await anext(radio.messages)
            await kept.publish("qs/1/radio/R1/status", b"x", qos=1, timeout=5)
        assert (broker.kind, broker.takes_two_lines, broker.rereads) == ("managed", False, 2)
    (away,) = await asyncio.to_thread(list, installation.broker(given))
    assert away.state is State.FAIL
    await broker.apply(lambda: USERS)  # while it is away: it reads when it starts
    assert broker.rereads == 2
    async with mosquitto(tmp_path, listen):
        await until(lambda: _listens(listen.port), "mosquitto is back")
        async with secured.client("R2"):
            pass


async def test_its_folder_is_for_its_eyes_and_has_neither_the_hubs_password_nor_the_authoritys_key(
    tmp_path: Path,
) -> None:
    _, listen = await asyncio.to_thread(certificates, tmp_path / "certificates")
    broker = Broker(tmp_path / "broker", "mqtts://127.0.0.1:1", listen=listen, shared=tmp_path / "shared")
    broker.prepare(lambda: USERS)
    await broker.start()
    files = {file.name: file for file in (tmp_path / "shared").iterdir()}
    assert set(files) == {"passwords", "access", "ca.pem", "broker.pem", "broker.key"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files.values()} == {0o600}
    password = broker.hub_address.password
    assert password and not [file for file in files.values() if password in file.read_text()]
    entrance = broker.entrance("10.0.0.5")
    assert (entrance.host, entrance.port) == ("10.0.0.5", listen.port)


@pytest.mark.parametrize("choice", ["managed", "mqtts://127.0.0.1:8883", "mqtt://127.0.0.1:1883"])
def test_folder_without_an_address_or_without_tls_is_refused(choice: str, tmp_path: Path) -> None:
    if choice == "managed" and find_mosquitto() is None:
        pytest.skip("mosquitto is missing: scripts/install-test-tools")
    with_tls = certificates(tmp_path)[1] if choice.startswith("mqtt:") else None
    with pytest.raises(BrokerError, match="mqtts://"):
        Broker(tmp_path / "broker", choice, listen=with_tls, shared=tmp_path / "shared")
