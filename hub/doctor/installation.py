"""The installation: settings, certificates, ports, broker, database and networks, as they lie there."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from devices.link.connection import ConnectError, Connection
from hub.bridge.broker_choice import BrokerError, choose
from hub.bridge.external_broker import External
from hub.certificates.authority import CertificateError
from hub.certificates.folder import CertificateFolder
from hub.doctor.findings import Finding, fail, fine, warn
from hub.doctor.process import hub_pid
from hub.safety import find_unsafe
from hub.settings import BrokerChoice, Settings
from hub.storage.engine import POSTGRESQL, make_engine
from hub.storage.upgrading import SchemaNewer, is_newest, revision_of
from hub.vision import models
from hub.vision.models.session import open_session

POSTGRESQL_FROM = 14
_FREE_CONNECTIONS = 5
"""What a hub takes: its writer, its readers, and the answers to what became of a commit."""
_TAKE_BACK = (
    "停下中枢，用最近的备份恢复：qianshao restore",
    "end the hub, take back the latest backup: qianshao restore",
)
_ROW = re.compile(r"^\| `(\S+\.onnx)` \| \d+ \| `([0-9a-f]{64})` \|$", re.MULTILINE)


def safety(settings: Settings) -> Iterator[Finding]:
    """What the hub itself refuses to start with."""
    try:
        found = find_unsafe(settings)
    except BrokerError:
        return  # the broker's check says it
    for one in found:
        yield fail("settings", (one.message, one.message_en), ("", ""))
    if not found:
        yield fine("settings", "设置没有不安全之处", "nothing in the settings is unsafe")


def certificates(settings: Settings) -> Iterator[Finding]:
    """How long they hold."""
    if not settings.uses_tls:
        yield fine("certificates", "只服务本机，不需要证书", "this machine alone is served: no certificate is needed")
        return
    now = datetime.now(UTC)
    try:
        standings = CertificateFolder(settings.certificates_dir).standings(now)
    except CertificateError as error:
        yield fail("certificates", (str(error), str(error)), ("qianshao certificates make",) * 2)
        return
    for one in standings:
        days = (one.ends_at - now).days
        seen = (f"{one.name} 证书还有 {days} 天", f"the certificate of {one.name} holds for {days} days")
        if one.ends_at <= now:
            yield fail("certificates", seen, ("qianshao certificates renew",) * 2)
        elif one.ends_soon and not one.ours:
            yield warn("certificates", seen, ("向签发单位换新证书", "ask whoever issued it for a new one"))
        else:
            yield fine("certificates", *seen)


def ports(settings: Settings) -> Iterator[Finding]:
    """Those that the settings name, where no hub runs yet."""
    if hub_pid(settings) is not None:
        yield fine("ports", "中枢正在运行，端口归它", "the hub runs and has its ports")
        return
    wanted = [(settings.host, settings.port, "QIANSHAO_PORT")]
    if choose_quietly(settings) is not None:
        wanted.append(("127.0.0.1", settings.broker_port, "QIANSHAO_BROKER_PORT"))
        if settings.uses_tls:
            wanted.append((settings.host, settings.broker_tls_port, "QIANSHAO_BROKER_TLS_PORT"))
    for host, port, name in wanted:
        if port:
            yield _port(host, port, name)


def _port(host: str, port: int, name: str) -> Finding:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        seen = (f"{host} 的端口 {port} 用不了（{error.strerror}）", f"port {port} of {host}: {error.strerror}")
        do = (f"sudo ss -ltnp 'sport = :{port}' 看谁占着，停掉它，或改 {name}",)
        return fail("ports", seen, (*do, f"sudo ss -ltnp 'sport = :{port}' says who has it: end that, or set {name}"))
    return fine("ports", f"端口 {port} 可用", f"port {port} is free")


def choose_quietly(settings: Settings) -> BrokerChoice | None:
    """The broker that the hub runs; None for another's or none at all."""
    try:
        return choose(settings.broker)
    except BrokerError:
        return None


def broker(settings: Settings) -> Iterator[Finding]:
    """Whether there is one, and lets the hub in."""
    try:
        kind = choose(settings.broker)
        if kind is None:
            yield from _external(settings) if settings.broker_folder is None else _beside(settings)
            return
    except BrokerError as error:
        yield fail("broker", (str(error), str(error)), ("sudo apt-get install mosquitto",) * 2)
        return
    if kind is BrokerChoice.EMBEDDED:
        yield warn(
            "broker",
            ("用内嵌的消息服务器：它没有按主题的权限", "the embedded broker: it has no access list by topics"),
            ("sudo apt-get install mosquitto",) * 2,
        )
    else:
        yield fine("broker", "由中枢启动 mosquitto", "the hub runs mosquitto")


def _beside(settings: Settings) -> Iterator[Finding]:
    """It is not spoken to as the hub, whose line that would end: over TLS a name is connected once."""
    there = External.at(settings.broker, None, settings.certificates_dir / "ca.pem", hub_has_tls=settings.uses_tls)
    if there.tls is None:
        raise BrokerError("broker_folder is for a mosquitto that is given as mqtts://HOST:PORT")
    host, port = there.address.host, there.address.port
    try:
        with (
            socket.create_connection((host, port), timeout=5) as line,
            there.tls.wrap_socket(line, server_hostname=host),
        ):
            yield fine("broker", f"{host}:{port} 的 mosquitto 在", f"mosquitto answers at {host}:{port}")
    except OSError as error:
        do = (
            f"启动 mosquitto（deploy/compose/mosquitto/serve）；证书须有 {host}",
            f"start mosquitto (deploy/compose/mosquitto/serve); the certificate must name {host}",
        )
        yield fail("broker", (f"{host}:{port}：{error}", f"{host}:{port}: {error}"), do)


def _external(settings: Settings) -> Iterator[Finding]:
    password = settings.broker_password.get_secret_value() if settings.broker_password else None
    there = External.at(settings.broker, password, settings.broker_authority, hub_has_tls=settings.uses_tls)
    heard: asyncio.Event = asyncio.Event()
    topic = f"qs/1/doctor/{secrets.token_hex(4)}"

    async def say_and_hear() -> None:
        line = await Connection.open(
            there.address, f"doctor-{secrets.token_hex(4)}", tls=there.tls, will_topic=topic, will_payload=b"",
            filters={topic: 1}, on_message=lambda _topic, _payload: heard.set(),
        )  # fmt: skip
        try:
            line.publish(topic, b"?", 1)
            async with asyncio.timeout(5):
                await heard.wait()
        finally:
            await line.close()

    where = f"{there.address.host}:{there.address.port}"
    try:
        asyncio.run(say_and_hear())
    except ConnectError as error:
        do = ("看地址、用户、口令和 QIANSHAO_BROKER_AUTHORITY", "look at address, user, password, broker_authority")
        yield fail("broker", (str(error), str(error)), do)
    except TimeoutError:
        seen = (f"{where} 收下了消息却没有传回", f"{where} took a message and did not bring it back")
        yield fail("broker", seen, ("让中枢的用户可读写 qs/1/#", "let the hub's user publish and subscribe qs/1/#"))
    else:
        yield fine("broker", f"{where} 收发正常", f"{where} takes and brings messages")


def database(settings: Settings) -> Iterator[Finding]:
    """Whether it opens, is whole, and of a schema that this release knows."""
    if not settings.has_database:
        yield fine("database", "还没有数据库，首次启动时建立", "none yet: the hub makes it at its first start")
        return
    url = settings.database_url
    if not settings.database:
        url = sa.make_url(f"sqlite:///file:{settings.database_file.resolve()}?mode=ro&uri=true")
    engine = make_engine(url) if settings.database else sa.create_engine(url)
    try:
        with engine.connect() as connection:
            yield from _postgresql(connection) if engine.dialect.name == POSTGRESQL else _sqlite(connection)
            revision = revision_of(connection)
            if revision is None or is_newest(revision):
                yield fine("database", "结构与本版本一致", "its schema is this release's")
            else:
                seen = ("是旧版本的结构，启动时自动升级", "its schema is an earlier release's; the start brings it up")
                yield fine("database", *seen)
    except SchemaNewer as error:
        yield fail("database", (str(error), str(error)), ("", ""))
    except sa.exc.DBAPIError as error:
        asks = ("数据库服务在运行吗？地址、用户和口令对吗？", "does its server run? Are address and password right?")
        seen = (f"打不开：{error.orig}", f"it does not open: {error.orig}")
        yield fail("database", seen, asks if settings.database else _TAKE_BACK)
    finally:
        engine.dispose()


def _sqlite(connection: sa.Connection) -> Iterator[Finding]:
    said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if said == "ok":
        yield fine("database", "文件完好", "the file is whole")
    else:
        yield fail("database", (f"文件已损坏：{said}", f"the file is damaged: {said}"), _TAKE_BACK)


def _postgresql(connection: sa.Connection) -> Iterator[Finding]:
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < POSTGRESQL_FROM:
        seen = (f"PostgreSQL {version} 太旧", f"PostgreSQL {version} is too old")
        yield fail("database", seen, (f"升级到 {POSTGRESQL_FROM} 或更新", f"take {POSTGRESQL_FROM} or later"))
    if connection.exec_driver_sql("SHOW server_encoding").scalar_one() != "UTF8":
        do = ("另建：createdb --encoding UTF8 --template template0", "make another: createdb --encoding UTF8")
        yield fail("database", ("数据库编码不是 UTF8", "its encoding is not UTF8"), do)
    most = int(connection.exec_driver_sql("SHOW max_connections").scalar_one())
    used = int(connection.exec_driver_sql("SELECT count(*) FROM pg_stat_activity").scalar_one())
    if most - used < _FREE_CONNECTIONS:
        seen = (f"{most} 个连接已用 {used} 个", f"{used} of its {most} connections are used")
        yield warn("database", seen, ("调大 max_connections", "raise max_connections"))
    yield fine("database", f"PostgreSQL {version} 有应答", f"PostgreSQL {version} answers")


def networks(settings: Settings) -> Iterator[Finding]:
    """Whether each network's file is the one that was shipped, and can be run."""
    folder = Path(models.__file__).parent
    for name, sha256 in _ROW.findall((folder / "MODELS.md").read_text()):
        file = folder / name
        again = ("重新安装产品（make setup）", "install the product again (make setup)")
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            yield fail("models", (f"{name} 缺失或被改动", f"{name} is missing or was changed"), again)
            continue
        try:
            open_session(file, 1)
        except Exception as error:  # onnxruntime's own kinds
            yield fail("models", (f"{name} 打不开：{error}", f"{name} does not open: {error}"), again)
        else:
            yield fine("models", f"{name} 完好", f"{name} is whole")
