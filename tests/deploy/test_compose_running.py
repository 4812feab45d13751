"""The services of docker-compose.yml run here without containers: their own commands, environments and files.

Put otherwise: paths below one folder, the containers' addresses (127.0.0.2 is the hub's, 127.0.0.3 mosquitto's), ports
that are free, and no vision. As root mosquitto is told to stay root, as its files are root's here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import httpx
import msgspec
import pytest
import pytest_asyncio

from devices.enrol.client import enrol
from devices.link.credential import Credential
from devices.protocol.topics import DeviceKind
from hub.bridge.broker import find_mosquitto, free_port
from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder
from hub.commands.hub_client import HubClient
from hub.enrolment.messages import Device, Invitation, NewCodes
from simulators.faults.database_server import AS_POSTGRES, programs
from tests.deploy.compose import ROOT, replaced, service
from tests.devices.room import until
from tests.hub import community

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(programs() is None, reason="PostgreSQL is missing: scripts/install-test-tools"),
    pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is missing: scripts/install-test-tools"),
]
HUB, BROKER = "127.0.0.2", "127.0.0.3"
PASSWORD = "栖凤社区的夜班-7391"
WITHIN_S = 30.0


@dataclass
class Running:
    """The services, and what a radio needs to come in."""

    folder: Path
    environment: dict[str, str]
    broker_port: int
    radios: dict[str, Credential]

    @property
    def data(self) -> Path:
        return self.folder / "hub"

    def qianshao(self, *words: str | Path) -> str:
        """One of the hub's commands in its container."""
        command = [str(Path(sys.executable).with_name("qianshao")), *map(str, words)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=WITHIN_S, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    async def ask(self, path: str, body: object = None) -> bytes:
        """Of the hub, as its commands in its container do."""
        client = HubClient.of(self.data)
        with client._http:
            return await asyncio.to_thread(lambda: client.call("POST", path, body=body))

    def client(self, user: str | None, password: str | None, tls: ssl.SSLContext | None) -> aiomqtt.Client:
        return aiomqtt.Client(
            BROKER,
            self.broker_port,
            username=user,
            password=password,
            tls_context=tls,
            protocol=aiomqtt.ProtocolVersion.V5,
            timeout=3,
        )

    def radio(self, name: str) -> aiomqtt.Client:
        return self.client(name, self.radios[name].password, self.radios[name].tls())

    def hub(self) -> aiomqtt.Client:
        """Whoever has the hub's own password, over the one line that a name may have."""
        kept = msgspec.json.decode((self.data / "broker" / "credentials.json").read_bytes())
        return self.client("hub", kept["hub_password"], self.radios["R01"].tls())


@contextlib.contextmanager
def database(secrets: Path) -> Iterator[Path]:
    """The service's server, with the database that hub.sql makes; where its socket is."""
    found, (_, *options) = service("database"), service("database")["command"]
    folder, server = Path(tempfile.mkdtemp(prefix="qianshao-compose-")), programs()
    assert server is not None
    own = AS_POSTGRES if os.geteuid() == 0 else ()
    if own:
        shutil.chown(folder, "postgres")
    superuser = secrets / "database_superuser_password"
    (folder / "password").write_text(superuser.read_text())
    made = shlex.split(found["environment"]["POSTGRES_INITDB_ARGS"])
    wanted = ("-D", folder / "data", "-U", "postgres", "--pwfile", folder / "password", "--no-sync")
    (folder / "password").chmod(0o644)
    _run(*own, server / "initdb", *made, *wanted, cwd=folder)
    here = ("-k", str(folder), "-c", "fsync=off")
    with (folder / "log").open("wb") as log:
        postgres = subprocess.Popen(
            [*own, server / "postgres", "-D", folder / "data", *options, *here], stdout=log, stderr=log, cwd=folder
        )
    try:
        ready, *asked = found["healthcheck"]["test"][1:]
        while subprocess.run([server / ready, *asked, "-h", folder], check=False).returncode != 0:
            assert postgres.poll() is None, (folder / "log").read_text()
        script = (ROOT / "deploy" / "compose" / "database" / "hub.sql").read_text()
        script = replaced(script, ("/run/secrets", str(secrets)))
        as_superuser = os.environ | {"PGPASSWORD": superuser.read_text().strip()}
        _run("psql", "-q", "-h", folder, "-U", "postgres", input=script, env=as_superuser)
        yield folder
    finally:
        postgres.terminate()
        postgres.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: object, **given: object) -> None:
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, timeout=WITHIN_S, **given)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


@contextlib.asynccontextmanager
async def program(log: Path, *command: object, **given: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program beside the test, ended with the block."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *map(str, command), stdout=output, stderr=output, env=os.environ | given
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(WITHIN_S):
            await process.wait()


def _mosquitto(folder: Path, port: int) -> Path:
    """The service's configuration, for this folder."""
    text = (ROOT / "deploy" / "compose" / "mosquitto" / "mosquitto.conf").read_text()
    text = replaced(text, ("/var/lib/qianshao-broker", str(folder / "broker")), ("listener 8883", f"listener {port}"))
    made = folder / "mosquitto.conf"
    made.write_text(("user root\n" if os.geteuid() == 0 else "") + text)
    return made


def _hubs_environment(folder: Path, socket: Path, broker_port: int) -> dict[str, str]:
    pairs = (
        ("/var/lib/qianshao-broker", str(folder / "broker")),
        ("/var/lib/qianshao", str(folder / "hub")),
        ("/srv/footage", str(folder / "footage")),
        ("/var/run/postgresql", str(socket)),
        ("/run/secrets", str(folder / "secrets")),
        ("172.31.83.3:8883", f"{BROKER}:{broker_port}"),
        ("0.0.0.0", HUB),
    )
    given: dict[str, str] = service("hub")["environment"]
    for there, here in pairs:
        assert any(there in value for value in given.values()), there
        given = {name: value.replace(there, here) for name, value in given.items()}
    chosen = {"QIANSHAO_PORT": "0", "QIANSHAO_BROKER_TLS_PORT": str(broker_port), "QIANSHAO_VISION_WORKERS": "0"}
    assert set(chosen) <= set(given)
    return {name: value for name, value in os.environ.items() if not name.startswith("QIANSHAO_")} | given | chosen


async def _is_well(running: Running) -> None:
    """The service's own health check; fails when it does not become well."""
    _, program, *arguments = service("hub")["healthcheck"]["test"]
    assert program == "python"
    arguments = [one.replace("/var/lib/qianshao", str(running.data)) for one in arguments]
    async with asyncio.timeout(WITHIN_S):
        while True:
            asked = await asyncio.create_subprocess_exec(
                sys.executable, *arguments, env=running.environment, stderr=subprocess.DEVNULL
            )
            if await asked.wait() == 0:
                return


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Database, mosquitto and hub, in the order in which containers start, and two radios that were enrolled."""
    folder, port = tmp_path_factory.mktemp("compose"), free_port()
    shutil.copy(ROOT / "deploy" / "compose" / "make-secrets", folder)
    _run("sh", folder / "make-secrets")
    for name in ("hub", "footage", "broker"):
        (folder / name).mkdir(mode=0o700)
    first = {"person_id": "guanli", "name": "管理员", "password": PASSWORD, "totp": False}
    (folder / "first.json").write_bytes(msgspec.json.encode(first))
    found = msgspec.structs.replace(community(), cameras=())
    path = os.pathsep.join((os.environ["PATH"], "/usr/sbin"))
    with database(folder / "secrets") as socket:
        made = Running(folder, _hubs_environment(folder, socket, port), port, {})
        made.qianshao("init", "--file", folder / "first.json")
        CertificateFolder(made.data / "certificates").make(Names.of([], [HUB, BROKER]), datetime.now(UTC))
        interpreter, _ = service("mosquitto")["entrypoint"]
        serve = ROOT / "deploy" / "compose" / "mosquitto" / "serve"
        qianshao, *words = service("hub")["command"]
        hub = (Path(sys.executable).with_name(qianshao), *words)
        async with (
            program(folder / "hub.log", *hub, **made.environment) as process,
            program(
                folder / "mosquitto.log", interpreter, serve, folder / "broker", _mosquitto(folder, port), PATH=path
            ),
        ):
            try:
                await _is_well(made)
            except TimeoutError:
                raise AssertionError((folder / "hub.log").read_text()) from None
            await made.ask("/api/registry/community", found)
            devices = tuple(Device(kind=DeviceKind.RADIO, device_id=name) for name in ("R01", "R02"))
            codes = await made.ask("/api/devices/codes", NewCodes(devices=devices))
            for one in msgspec.json.decode(codes, type=list[Invitation]):
                assert HUB in one.join, "a QR code names the hub as it is called from outside"
                made.radios[one.device_id] = await enrol(one.join, folder / one.device_id)
            yield made
            assert process.returncode is None, (folder / "hub.log").read_text()


async def test_enrolled_radio_comes_in_at_once_and_hears_the_hub(running: Running) -> None:
    log = running.folder / "radio.log"
    async with program(
        log, sys.executable, "-m", "devices.radio", "--store", running.folder / "R01", PYTHONUNBUFFERED="1"
    ):
        await until(lambda: "hub: present" in log.read_text(), "the radio hears the hub", WITHIN_S)


async def test_nobody_comes_in_without_tls_the_authority_or_a_password(running: Running) -> None:
    tls = running.radios["R01"].tls()
    for stranger in (
        running.client("R01", running.radios["R01"].password, None),
        running.client(None, None, tls),
        running.client("R01", "guessed", tls),
        running.client("R01", running.radios["R02"].password, tls),
    ):
        with pytest.raises(aiomqtt.MqttError):
            async with stranger:
                pass
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection(BROKER, running.broker_port, ssl=ssl.create_default_context())


async def test_radio_hears_what_is_said_to_it_and_not_what_is_said_to_another(running: Running) -> None:
    async with running.radio("R02") as radio:
        await radio.subscribe("qs/1/#", qos=1)
        await radio.publish("qs/1/radio/R02/alert", b"of a radio", qos=1)  # what the hub says no radio may say
        async with running.hub() as hub:
            for name in ("R01", "R02"):
                await hub.publish(f"qs/1/radio/{name}/alert", name, qos=1)
        heard = [message async for message in _until_own(radio)]
    assert "qs/1/radio/R02/alert" in {str(message.topic) for message in heard}
    assert not [message for message in heard if "R01" in str(message.topic) or message.payload == b"of a radio"]


async def _until_own(radio: aiomqtt.Client) -> AsyncIterator[aiomqtt.Message]:
    async with asyncio.timeout(WITHIN_S):
        async for message in radio.messages:
            yield message
            if message.payload == b"R02":
                return


async def test_revoked_radio_is_cut_off(running: Running) -> None:
    with pytest.raises(aiomqtt.MqttError):
        async with running.radio("R02") as radio, asyncio.timeout(WITHIN_S):
            await running.ask("/api/devices/R02/revoke")
            await anext(radio.messages)
    with pytest.raises(aiomqtt.MqttError):
        async with running.radio("R02"):
            pass


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is missing: scripts/install-test-tools")
async def test_prometheus_reads_the_hub_over_tls_by_what_was_copied_from_it(running: Running) -> None:
    folder, port = running.folder / "prometheus", free_port()
    folder.mkdir()
    shutil.copy(running.data / "access" / "metrics-token", folder / "qianshao-token")
    shutil.copy(running.data / "certificates" / "ca.pem", folder / "qianshao-ca.pem")
    shutil.copy(ROOT / "deploy" / "prometheus" / "rules.yml", folder)
    shipped = (ROOT / "deploy" / "compose" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    console = (running.data / "port").read_text()
    (folder / "prometheus.yml").write_text(
        replaced(
            shipped,
            ("/run/secrets", str(folder)),
            ("172.31.83.2:8470", f"{HUB}:{console}"),
            ("scrape_interval: 15s", "scrape_interval: 200ms"),
        )
    )
    options = replaced(
        "\n".join(service("prometheus")["command"]),
        ("/etc/prometheus", str(folder)),
        ("path=/prometheus", f"path={folder / 'tsdb'}"),
        ("127.0.0.1:9090", f"127.0.0.1:{port}"),
    )
    async with (
        program(folder / "log", "prometheus", *options.splitlines()),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as api,
        asyncio.timeout(WITHIN_S),
    ):
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await api.get("/api/v1/query", params={"query": "qianshao_radios_enrolled"})
                if answer.status_code == 200 and (found := answer.json()["data"]["result"]):
                    assert float(found[0]["value"][1]) > 0
                    break
            await asyncio.sleep(0.05)
        assert (await api.get("/-/healthy")).status_code == 200
