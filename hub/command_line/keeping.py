"""What an administrator keeps: people, cameras, devices, venues, certificates, the audit log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from devices.protocol.topics import DeviceKind
from hub.command_line.options import DataDir, Json, settings_of

people_app = typer.Typer(help="人员与邀请", no_args_is_help=True)
cameras_app = typer.Typer(help="摄像头与录像文件", no_args_is_help=True)
devices_app = typer.Typer(help="设备入网与吊销", no_args_is_help=True)
registry_app = typer.Typer(help="场所登记", no_args_is_help=True)
certificates_app = typer.Typer(help="证书", no_args_is_help=True)
audit_app = typer.Typer(help="审计日志", no_args_is_help=True)


@people_app.command("add")
def people_add(
    person_id: Annotated[str, typer.Argument(help="账号：警号或工号")],
    name: Annotated[str, typer.Option(help="姓名")],
    role: Annotated[str, typer.Option(help="dispatcher、officer、chief、administrator、auditor、grid_member 或 guard")],
    place: Annotated[list[str] | None, typer.Option(help="community、grid:编号 或 venue:编号，可写多次")] = None,
    data_dir: DataDir = None,
) -> None:
    """登记一个人。"""
    from hub.commands.people import add

    add(settings_of(data_dir=data_dir), person_id, name, role, place or ["community"])


@people_app.command("list")
def people_list(data_dir: DataDir = None) -> None:
    """列出所有人。"""
    from hub.commands.people import show

    show(settings_of(data_dir=data_dir))


@people_app.command("invite")
def people_invite(person_id: str, data_dir: DataDir = None) -> None:
    """发一份邀请（二维码），本人用它设密码和动态口令。"""
    from hub.commands.people import invite

    invite(settings_of(data_dir=data_dir), person_id)


@people_app.command("disable")
def people_disable(person_id: str, data_dir: DataDir = None) -> None:
    """停用一个人的账号，立即生效。"""
    from hub.commands.people import disable

    disable(settings_of(data_dir=data_dir), person_id)


@people_app.command("enable")
def people_enable(person_id: str, data_dir: DataDir = None) -> None:
    """重新启用一个人的账号。"""
    from hub.commands.people import enable

    enable(settings_of(data_dir=data_dir), person_id)


@cameras_app.command("add")
def cameras_add(
    source: Annotated[
        str,
        typer.Argument(
            help="录像文件、图片文件夹、rtsp:// 或 http:// 地址、onvif://主机[:端口]、/dev/videoN；- 从标准输入读取地址"
        ),
    ],
    name: Annotated[str | None, typer.Option(help="名称")] = None,
    venue: Annotated[str | None, typer.Option(help="所在场所编号")] = None,
    sub: Annotated[str | None, typer.Option(help="子码流地址（分析和实时观看用）")] = None,
    transport: Annotated[str, typer.Option(help="RTSP 传输：tcp 或 udp")] = "tcp",
    user: Annotated[str | None, typer.Option(help="用户名；密码从标准输入读取，不写在命令里")] = None,
    owner: Annotated[str | None, typer.Option(help="权属单位编号")] = None,
    started_at: Annotated[str | None, typer.Option(help="录像开始时间，如 2026-11-21T16:20:00+08:00")] = None,
    wait: Annotated[bool, typer.Option(help="等录像分析完")] = True,
    data_dir: DataDir = None,
) -> None:
    """接入一路摄像头，或比实时更快地分析一个录像文件。"""
    from hub.commands.cameras import Wanted, add
    from hub.commands.ending import end
    from hub.registry.records import Transport

    if transport not in list(Transport):
        end("--transport 须为 tcp 或 udp")
    wanted = Wanted(source, name, venue, sub, Transport(transport), user, owner, started_at)
    add(settings_of(data_dir=data_dir), wanted, wait)


@cameras_app.command("discover")
def cameras_discover(
    addresses: Annotated[list[str] | None, typer.Argument(help="只问这些地址；不写则搜索整个网段")] = None,
    interface: Annotated[str | None, typer.Option(help="本机在该网段的地址")] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """搜索网络里的 ONVIF 摄像头。"""
    from hub.commands.cameras import discover

    discover(settings_of(data_dir=data_dir), interface, addresses or [], as_json)


@cameras_app.command("list")
def cameras_list(data_dir: DataDir = None) -> None:
    """列出摄像头及其状态。"""
    from hub.commands.cameras import show

    show(settings_of(data_dir=data_dir))


@cameras_app.command("remove")
def cameras_remove(camera_id: str, data_dir: DataDir = None) -> None:
    """移除一路摄像头。"""
    from hub.commands.cameras import remove

    remove(settings_of(data_dir=data_dir), camera_id)


@devices_app.command("codes")
def devices_codes(
    device_ids: Annotated[list[str] | None, typer.Argument(help="设备编号")] = None,
    kind: Annotated[DeviceKind, typer.Option(help="设备类别；worker 为其他机器上的视频分析进程")] = DeviceKind.RADIO,
    missing: Annotated[bool, typer.Option("--missing", help="所有已登记而未入网的")] = False,
    file: Annotated[Path | None, typer.Option(help="写入文件，每行一个 JSON 对象")] = None,
    sheet: Annotated[Path | None, typer.Option(help="写成可打印的二维码页（HTML）")] = None,
    data_dir: DataDir = None,
) -> None:
    """发一次性入网码：二维码、文件或打印页。"""
    from hub.commands.devices import codes

    codes(settings_of(data_dir=data_dir), device_ids or [], kind, missing, file, sheet)


@devices_app.command("list")
def devices_list(data_dir: DataDir = None) -> None:
    """列出设备及其状态。"""
    from hub.commands.devices import show

    show(settings_of(data_dir=data_dir))


@devices_app.command("revoke")
def devices_revoke(device_id: str, data_dir: DataDir = None) -> None:
    """吊销一台设备：5 秒内失效。"""
    from hub.commands.devices import revoke

    revoke(settings_of(data_dir=data_dir), device_id)


@devices_app.command("export")
def devices_export(
    folder: Annotated[Path, typer.Argument(help="写入 users.csv 与 acl.conf 的目录")],
    data_dir: DataDir = None,
) -> None:
    """导出 EMQX 的用户与访问规则（docs/emqx.md）。"""
    from hub.commands.emqx import export

    export(settings_of(data_dir=data_dir), folder)


@registry_app.command("import")
def registry_import(file: Path, data_dir: DataDir = None) -> None:
    """导入场所（CSV）或整个社区（JSON）；有误的行逐行指出，其余照常导入。"""
    from hub.commands.registry import import_file

    raise typer.Exit(import_file(settings_of(data_dir=data_dir), file))


@certificates_app.command("make")
def certificates_make(
    name: Annotated[list[str] | None, typer.Option(help="访问中枢用的主机名，可多次")] = None,
    address: Annotated[list[str] | None, typer.Option(help="访问中枢用的 IP 地址，可多次")] = None,
    new_authority: Annotated[bool, typer.Option("--new-authority", help="更换根证书（每部手机都要重新信任）")] = False,
    data_dir: DataDir = None,
) -> None:
    """建立根证书（已有则沿用），签发中枢和消息服务器的证书。"""
    from hub.commands.certificates import make

    make(settings_of(data_dir=data_dir), name or [], address or [], new_authority)


@certificates_app.command("show")
def certificates_show(data_dir: DataDir = None) -> None:
    """列出证书的名称、到期日和根证书指纹。"""
    from hub.commands.certificates import show

    show(settings_of(data_dir=data_dir))


@certificates_app.command("renew")
def certificates_renew(data_dir: DataDir = None) -> None:
    """立即续期（运行中的中枢每分钟自查，到期前 30 天自动续期）。"""
    from hub.commands.certificates import renew

    renew(settings_of(data_dir=data_dir))


@audit_app.command("verify")
def audit_verify(
    public_key: Annotated[Path | None, typer.Option(help="另存的公钥（默认用数据目录中的）")] = None,
    checkpoints: Annotated[Path | None, typer.Option(help="另存的检查点文件（默认用数据目录中的）")] = None,
    data_dir: DataDir = None,
) -> None:
    """核对审计日志是否完整未改。"""
    from hub.commands.audit import verify

    verify(settings_of(data_dir=data_dir), public_key, checkpoints)


@audit_app.command("show")
def audit_show(
    person: Annotated[str | None, typer.Option(help="只看此人")] = None,
    action: Annotated[str | None, typer.Option(help="只看此动作，如 search")] = None,
    case_id: Annotated[str | None, typer.Option("--case", help="只看此案件")] = None,
    before: Annotated[int | None, typer.Option(min=1, help="此编号之前的")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="条数")] = 50,
    data_dir: DataDir = None,
) -> None:
    """查看审计记录，新的在前；查看本身也会记录。"""
    from hub.access.audit_pages import AuditQuery
    from hub.commands.audit import show

    query = AuditQuery(person=person, action=action, case_id=case_id, before=before, limit=limit)
    show(settings_of(data_dir=data_dir), query)


@audit_app.command("export")
def audit_export(file: Annotated[Path, typer.Argument(help="要写的文件，须不存在")], data_dir: DataDir = None) -> None:
    """导出全部审计记录（每行一条 JSON，含哈希和签名）；导出本身也会记录。"""
    from hub.commands.audit import export

    export(settings_of(data_dir=data_dir), file)
