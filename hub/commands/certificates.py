"""``qianshao certificates``: make, show and renew certificates in the data folder; no running hub is needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table

from hub.certificates.authority import CertificateError, Names, for_people
from hub.certificates.folder import CertificateFolder
from hub.commands.ending import end
from hub.settings import Settings

_WHOSE = {"ca": "根证书", "hub": "中枢", "broker": "消息服务器"}


def make(settings: Settings, hosts: Sequence[str], addresses: Sequence[str], new_authority: bool) -> None:
    """Make an authority, where there is none, and certificates for hub and broker."""
    if not hosts and not addresses:
        end("请用 --name 或 --address 说明手机和电脑用什么名称、什么地址访问中枢（say how the hub is called）")
    folder = CertificateFolder(settings.certificates_dir)
    had_one = folder.ca_pem.exists()
    try:
        folder.make(Names.of(hosts, addresses), datetime.now(UTC), new_authority=new_authority)
    except (CertificateError, OSError) as error:
        end(str(error))
    show(settings)
    if new_authority and had_one:
        typer.echo("根证书已更换：每部手机、每台设备都要重新信任（every phone and device must trust the new one）")


def show(settings: Settings) -> None:
    """Say whose certificates there are, what they name, when they end, and the authority's fingerprint."""
    folder = CertificateFolder(settings.certificates_dir)
    try:
        standings, fingerprint = folder.standings(datetime.now(UTC)), folder.fingerprint()
    except CertificateError as error:
        end(str(error))
    table = Table("证书", "名称和地址", "到期", "续期")
    for one in standings:
        renewed = "请尽快更换" if one.ends_soon and not one.ours else "由单位签发" if not one.ours else "自动"
        if one.name == "ca":
            renewed = "请安排更换" if one.ends_soon else ""
        table.add_row(_WHOSE[one.name], " ".join(one.names), f"{one.ends_at:%Y-%m-%d}", renewed)
    Console().print(table)
    typer.echo(f"根证书指纹（SHA-256）：{for_people(fingerprint)}")


def renew(settings: Settings) -> None:
    """Renew hub's and broker's certificates now; a running hub takes them within a minute."""
    folder = CertificateFolder(settings.certificates_dir)
    try:
        renewed = folder.renew(datetime.now(UTC), all_of_them=True)
    except CertificateError as error:
        end(str(error))
    if not renewed:
        end("没有可续期的证书：这里没有本系统签发的证书（nothing here was issued by this authority）")
    show(settings)
