"""Every combination of settings that is not safe, in one place: each is refused before anything is opened."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from hub.access.administrator import has_administrator
from hub.bridge.broker import choose
from hub.certificates.authority import CertificateError, name_host
from hub.certificates.folder import CertificateFolder, Server
from hub.certificates.service import server_context
from hub.settings import LOOPBACK_HOSTS, BrokerChoice, FallbackChoice, Settings

SIP_PASSWORD = re.compile(r"[A-Za-z0-9._~!@$%^*+=:?-]{0,128}")
"""What baresip takes for a password and for nothing else."""


@dataclass(frozen=True)
class Unsafe:
    """One thing that is not safe, and what to do."""

    code: str
    message: str
    message_en: str

    def __str__(self) -> str:
        return f"{self.message}（{self.message_en}）"


class UnsafeSettings(RuntimeError):
    """The hub does not start like this; says everything that is not safe, a line each."""


def require_safe(settings: Settings) -> None:
    """Return when nothing is unsafe. Raises UnsafeSettings, BrokerError."""
    found = find_unsafe(settings)
    if found:
        raise UnsafeSettings("\n".join(map(str, found)))


def find_unsafe(settings: Settings) -> list[Unsafe]:
    """Everything that is not safe. Raises BrokerError when there is no such broker."""
    found = []
    if not settings.is_loopback:
        found += _reachable_by_others(settings)
    if settings.uses_tls:
        found += _certificates(settings)
    if settings.broker.startswith("mqtt://") and (
        settings.uses_tls or not _is_this_machine(urlsplit(settings.broker).hostname or "")
    ):
        found.append(
            Unsafe(
                "plain_broker",
                f"{settings.broker} 不加密：请用 mqtts://主机:端口",
                "MQTT with other machines needs TLS: give mqtts://host:port",
            )
        )
    server = urlsplit(settings.sightings_clickhouse)
    if server.scheme == "http" and not _is_this_machine(server.hostname or ""):
        found.append(
            Unsafe(
                "plain_clickhouse",
                f"{settings.sightings_clickhouse} 不加密：请用 https://",
                "ClickHouse on another machine needs TLS: give https://host:port/database",
            )
        )
    if settings.fallback is FallbackChoice.SIP:
        found += _telephone(settings)
    if settings.retention_days < settings.footage_days:
        found.append(
            Unsafe(
                "sightings_before_footage",
                f"目击记录只留 {settings.retention_days} 天，录像却留 {settings.footage_days} 天，导出时无法遮挡旁人："
                "retention_days 不能少于 footage_days",
                "footage would outlive the sightings by which bystanders are hidden in exports: "
                "retention_days must not be less than footage_days",
            )
        )
    return found


def _telephone(settings: Settings) -> list[Unsafe]:
    found = []
    password = settings.sip_password.get_secret_value() if settings.sip_password else ""
    if not (settings.sip_server and settings.sip_user and password):
        found.append(
            Unsafe(
                "no_sip_account",
                "fallback=sip 需要 sip_server、sip_user 和 sip_password",
                "fallback=sip needs sip_server, sip_user and sip_password",
            )
        )
    if not SIP_PASSWORD.fullmatch(password):
        found.append(
            Unsafe(
                "odd_sip_password",
                "sip_password 只能有字母、数字和 . _ ~ ! @ $ % ^ * + = : ? -",
                "sip_password may hold letters, digits and . _ ~ ! @ $ % ^ * + = : ? - alone",
            )
        )
    try:
        address = ipaddress.ip_address(settings.sip_address)
    except ValueError:
        words = ("sip_address 须为本机的一个 IP 地址", "sip_address must be one IP address of this machine")
        return [*found, Unsafe("bad_sip_address", *words)]
    if address.is_unspecified:
        words = ("sip_address 须为一个地址，不能是所有地址", "sip_address must be one address, not all of them")
        found.append(Unsafe("bad_sip_address", *words))
    elif address.is_loopback and not _is_this_machine(settings.sip_server.rpartition(":")[0] or settings.sip_server):
        found.append(
            Unsafe(
                "sip_on_loopback",
                "sip_server 在别的机器上：请用 sip_address 给出本机的地址",
                "sip_server is another machine: give this machine's address by sip_address",
            )
        )
    return found


def _reachable_by_others(settings: Settings) -> list[Unsafe]:
    found = []
    if not settings.uses_tls:
        found.append(
            Unsafe(
                "plain_console",
                f"{settings.host} 可被他人访问，不能关闭 TLS：请去掉 tls=false",
                f"{settings.host} is reachable by others, so the console needs TLS: leave tls unset",
            )
        )
    if settings.data_dir.exists() and settings.data_dir.stat().st_mode & 0o077:
        found.append(
            Unsafe(
                "open_folder",
                f"{settings.data_dir} 可被本机其他用户打开：请运行 chmod 700 {settings.data_dir}",
                f"others of this machine may open {settings.data_dir}: chmod 700 {settings.data_dir}",
            )
        )
    if not has_administrator(settings):
        found.append(
            Unsafe(
                "no_administrator",
                f"{settings.host} 可被他人访问，但还没有管理员：请先运行 qianshao init",
                f"{settings.host} is reachable by others and there is no administrator: run qianshao init first",
            )
        )
    if choose(settings.broker) is BrokerChoice.EMBEDDED:
        found.append(
            Unsafe(
                "embedded_broker",
                "自带的消息服务器没有访问控制，只能用于本机：请安装 mosquitto，或用 --broker mqtts://主机:端口",
                "the embedded broker keeps devices from nothing and serves this machine alone: install mosquitto",
            )
        )
    return found


def _certificates(settings: Settings) -> list[Unsafe]:
    folder = CertificateFolder(settings.certificates_dir)
    if not folder.is_complete():
        return [
            Unsafe(
                "no_certificates",
                f"{folder.path} 中没有证书：请先运行 qianshao certificates make --name 主机名 --address 地址",
                "there are no certificates: run qianshao certificates make --name HOST --address IP first",
            )
        ]
    found = [
        Unsafe("open_key", f"{file} 可被所有用户读取：请运行 chmod 600 {file}", f"everybody may read {file}: chmod 600")
        for file in folder.open_to_others()
    ]
    try:
        server_context(folder.certificate_file(Server.HUB), folder.key_file(Server.HUB))
        names = folder.names(Server.HUB)
    except CertificateError as error:
        return [*found, Unsafe("bad_certificate", str(error), "make it again: qianshao certificates make")]
    if not _names(names, settings.host):
        found.append(
            Unsafe(
                "certificate_names_another",
                f"中枢的证书不含 {settings.host}（只有 {'、'.join(names)}）：请运行 qianshao certificates make",
                f"the hub's certificate does not name {settings.host}: make one that does",
            )
        )
    return found


def _names(names: tuple[str, ...], host: str) -> bool:
    """Whether the certificate names ``host``; for all addresses, it must name one that others can use."""
    if host in ("0.0.0.0", "::"):
        return any(not _is_this_machine(name) for name in names)
    return name_host(names, host)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK_HOSTS
