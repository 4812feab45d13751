"""The hub's own server over TLS: who trusts the authority gets in, a renewed certificate is served at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import ssl
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from hub.app import Hub
from hub.bridge.broker import free_port
from hub.certificates.authority import Names, for_people
from hub.certificates.folder import CertificateFolder, Server
from hub.folder_lock import locked
from hub.serve import make_server
from hub.settings import Settings
from hub.storage.database import migrate
from hub.storage.engine import make_engine
from tests.databases import environment_of
from tests.devices.room import until
from tests.hub import open_hub
from tests.test_safety import enrol as enrol_administrator

NAMES = Names.of(["hub.lan"], [])


class Console:
    """A hub's server over TLS, and what a client of it needs."""

    def __init__(self, hub: Hub, port: int) -> None:
        self.hub = hub
        self.port = port
        self.folder = CertificateFolder(hub.settings.certificates_dir)

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder.ca_pem))

    async def served(self, context: ssl.SSLContext, name: str = "hub.lan") -> tuple[str, bytes]:
        """The TLS version and the certificate of a new connection. Raises ssl.SSLError."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=context, server_hostname=name)
        spoken = writer.get_extra_info("ssl_object")
        found = spoken.version(), spoken.getpeercert(binary_form=True)
        writer.transport.abort()
        return found


@contextlib.asynccontextmanager
async def open_console(folder: Path, make: bool = True) -> AsyncIterator[Console]:
    if make:
        CertificateFolder(folder / "certificates").make(NAMES, datetime.now(UTC))
    async with open_hub(folder, tls=True) as hub:
        server = make_server(hub, host="127.0.0.1", port=0)
        serving = asyncio.create_task(server.serve())
        await until(lambda: server.started, "the console's server listens")
        try:
            yield Console(hub, server.servers[0].sockets[0].getsockname()[1])
        finally:
            server.should_exit = True
            await serving


async def test_who_trusts_the_authority_comes_in_by_tls_1_3(tmp_path: Path) -> None:
    async with open_console(tmp_path) as console:
        for name in ("hub.lan", "localhost", "127.0.0.1", "::1"):
            version, _ = await console.served(console.trusting(), name)
            assert version == "TLSv1.3"
        async with httpx.AsyncClient(verify=console.trusting(), trust_env=False) as client:
            answer = await client.get(f"https://localhost:{console.port}/healthz")
            assert answer.status_code == 200
            page = await client.get(f"https://localhost:{console.port}/trust")
            assert f'href="https://localhost:{console.port}/"' in page.text
            certificate = await client.get(f"https://localhost:{console.port}/ca.pem")
            assert certificate.content == console.folder.ca_pem.read_bytes()


async def test_who_does_not_trust_it_or_calls_it_by_another_name_does_not(tmp_path: Path) -> None:
    async with open_console(tmp_path) as console:
        with pytest.raises(ssl.SSLCertVerificationError, match=r"self-signed|unable to get local issuer"):
            await console.served(ssl.create_default_context())
        with pytest.raises(ssl.SSLCertVerificationError, match=r"other\.lan"):
            await console.served(console.trusting(), "other.lan")


async def test_tls_1_2_is_refused(tmp_path: Path) -> None:
    async with open_console(tmp_path) as console:
        old = console.trusting()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            await console.served(old)


async def test_renewed_certificate_is_served_at_once_and_a_line_that_is_open_stays(tmp_path: Path) -> None:
    async with open_console(tmp_path) as console:
        certificates = console.hub.certificates
        assert certificates is not None
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", console.port, ssl=console.trusting(), server_hostname="hub.lan"
        )
        before = await console.served(console.trusting())
        console.folder.renew(datetime.now(UTC), all_of_them=True)
        await certificates.check()
        after = await console.served(console.trusting())
        assert after != before
        assert after[1] == ssl.PEM_cert_to_DER_cert(console.folder.certificate_file(Server.HUB).read_text())
        writer.write(b"GET /healthz HTTP/1.1\r\nhost: hub.lan\r\n\r\n")
        assert b"200" in await reader.readline()
        writer.transport.abort()


async def test_websocket_of_another_scheme_is_refused(tmp_path: Path) -> None:
    async with open_console(tmp_path) as console:
        address = f"wss://localhost:{console.port}/ws/events?since=0"
        with pytest.raises(Exception, match="403"):
            async with connect(address, ssl=console.trusting(), origin=f"http://localhost:{console.port}"):  # type: ignore[arg-type]
                pass


async def start(folder: Path, *options: str, broker: str = "embedded") -> asyncio.subprocess.Process:
    """``qianshao hub`` in ``folder`` on free ports, once it serves."""
    arguments = ("hub", "--data-dir", str(folder), "--port", "0", "--broker", broker, "--vision-workers", "0")
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", *arguments, *options, stderr=log, env=environment_of(folder)
        )
    await until(lambda: (folder / "port").exists() and (folder / "port").read_text() != "", "the hub serves")
    return process


async def list_cameras(folder: Path) -> None:
    """``qianshao cameras list`` finds the hub and is let in."""
    command = ("-m", "hub", "cameras", "list", "--data-dir", str(folder))
    listing = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    said, _ = await listing.communicate()
    assert (listing.returncode, "编号" in said.decode()) == (0, True)


async def told_to_trust(folder: Path, port: int) -> str:
    """Where a phone finds whom to trust, as the hub says it to the administrator."""
    trusting = ssl.create_default_context(cafile=str(CertificateFolder(folder / "certificates").ca_pem))
    bearer = {"Authorization": f"Bearer {(folder / 'access' / 'local-token').read_text()}"}
    async with httpx.AsyncClient(verify=trusting, trust_env=False, headers=bearer) as administrator:
        told: dict[str, str] = (await administrator.get(f"https://127.0.0.1:{port}/api/certificates")).json()
    assert told["fingerprint"] == for_people(CertificateFolder(folder / "certificates").fingerprint())
    return told["trust"]


async def test_commands_of_this_machine_find_the_hub_over_tls_and_phones_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CertificateFolder(tmp_path / "certificates").make(NAMES, datetime.now(UTC))
    monkeypatch.setenv("QIANSHAO_TLS", "true")
    trust_port = free_port()
    monkeypatch.setenv("QIANSHAO_TRUST_PORT", str(trust_port))
    hub = await start(tmp_path)
    try:
        port = int((tmp_path / "port").read_text())
        assert (tmp_path / "address").read_text() == f"https://127.0.0.1:{port}"
        await list_cameras(tmp_path)
        assert await told_to_trust(tmp_path, port) == f"http://hub.lan:{trust_port}/trust"
        async with httpx.AsyncClient(trust_env=False) as phone:
            page = await phone.get(f"http://127.0.0.1:{trust_port}/trust")
            assert f'href="https://127.0.0.1:{port}/"' in page.text
            assert (await phone.get(f"http://127.0.0.1:{trust_port}/healthz")).status_code == 404
            with pytest.raises(httpx.TransportError):
                await phone.get(f"http://127.0.0.1:{port}/healthz")
    finally:
        hub.terminate()
        assert await hub.wait() == 0


async def test_without_tls_everything_is_as_plain_as_before(tmp_path: Path) -> None:
    hub = await start(tmp_path)
    try:
        port = int((tmp_path / "port").read_text())
        assert (tmp_path / "address").read_text() == f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(trust_env=False) as console:
            assert (await console.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
            assert (await console.get(f"http://127.0.0.1:{port}/trust")).status_code == 404
            with pytest.raises(httpx.ConnectError):
                await console.get(f"http://127.0.0.1:{port + 1}/trust")
    finally:
        hub.terminate()
        assert await hub.wait() == 0


async def test_commands_check_an_organisations_certificate_that_does_not_name_this_machine(tmp_path: Path) -> None:
    CertificateFolder(tmp_path / "certificates").make(Names(("hub.lan",), ()), datetime.now(UTC))
    async with open_console(tmp_path, make=False) as console:
        (tmp_path / "address").write_text(f"https://127.0.0.1:{console.port}")
        await list_cameras(tmp_path)


async def test_hub_that_others_reach_serves_them_and_this_machine_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.2 stands for the room's network: the hub takes it for an address like any other."""
    address = "127.0.0.2"
    folder = CertificateFolder(tmp_path / "certificates")
    folder.make(Names.of([], [address]), datetime.now(UTC))
    enrol_administrator(tmp_path)
    monkeypatch.setenv("QIANSHAO_BROKER_TLS_PORT", str(free_port()))
    hub = await start(tmp_path, "--host", address, broker="managed")
    try:
        port = int((tmp_path / "port").read_text())
        await list_cameras(tmp_path)
        trusting = ssl.create_default_context(cafile=str(folder.ca_pem))
        transport = httpx.AsyncHTTPTransport(verify=trusting, local_address=address)
        async with httpx.AsyncClient(transport=transport, base_url=f"https://{address}:{port}") as phone:
            answer = await phone.get("/healthz")
            assert answer.status_code == 200
            assert "strict-transport-security" not in answer.headers, "the trust page on the next port stays open"
            assert (await phone.get("/api/state")).status_code == 401
            refused = [(await phone.post("/api/session", headers={"X-Qianshao": "1"})).status_code for _ in range(30)]
            assert 429 in refused
            page = await phone.get(f"http://{address}:{port + 1}/trust")
            assert f'href="https://{address}:{port}/"' in page.text
    finally:
        hub.terminate()
        assert await hub.wait() == 0


def test_what_is_written_in_a_folder_that_was_there_before_is_the_owners_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    before = os.umask(0o022)
    try:
        with locked(tmp_path):
            settings = Settings(data_dir=tmp_path)
            migrate(make_engine(settings.database_url))
            (tmp_path / "address").write_text("http://127.0.0.1:8470")
        made = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        assert set(made) >= {"lock", "hub.sqlite3", "address"}
        assert set(made.values()) == {0o600}
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_hub_whose_disk_takes_nothing_says_so_in_a_line(tmp_path: Path) -> None:
    started = subprocess.run(
        [sys.executable, "-m", "hub", "hub", "--data-dir", str(tmp_path), "--port", "0", "--broker", "embedded"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        capture_output=True,
        timeout=30,
    )
    assert started.returncode == 2
    assert len(started.stderr.decode().splitlines()) == 1
    assert "磁盘" in started.stderr.decode()
