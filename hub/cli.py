"""The command ``qianshao``: the hub, its watchdog and the demo; the other commands by their groups."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.bridge.broker_choice import BrokerError
from hub.command_line import backing_up, keeping, trials
from hub.command_line.footage import footage_app
from hub.command_line.options import DataDir, Json, settings_of
from hub.command_line.teaching import teaching_app
from hub.commands.ending import end

app = typer.Typer(name="qianshao", help="黔哨：社区警务室的一体化中枢", no_args_is_help=True, add_completion=False)
app.add_typer(keeping.cameras_app, name="cameras")
app.add_typer(footage_app, name="footage")
app.add_typer(keeping.registry_app, name="registry")
app.add_typer(keeping.people_app, name="people")
app.add_typer(keeping.devices_app, name="devices")
app.add_typer(trials.evaluate_app, name="evaluate")
app.add_typer(keeping.audit_app, name="audit")
app.add_typer(teaching_app, name="teaching")
app.add_typer(keeping.certificates_app, name="certificates")
app.add_typer(trials.bench_app, name="bench")
app.add_typer(trials.simulate_app, name="simulate")
app.command()(backing_up.backup)
app.command()(backing_up.restore)


@app.command()
def hub(
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="控制台地址；非本机地址须有证书和管理员")] = None,
    port: Annotated[int | None, typer.Option(help="控制台端口，0 为任选")] = None,
    broker: Annotated[str | None, typer.Option(help="auto、managed、embedded 或 mqtt://主机:端口")] = None,
    broker_port: Annotated[int | None, typer.Option(help="自带消息服务器的端口，0 为任选")] = None,
    vision_workers: Annotated[int | None, typer.Option(help="视频分析进程数")] = None,
    roll_call_at: Annotated[str | None, typer.Option(help="每天自动点名的时间，如 09:30；空为不点")] = None,
    log_level: Annotated[str | None, typer.Option(help="DEBUG、INFO、WARNING、ERROR 或 CRITICAL")] = None,
    watchdog: Annotated[bool | None, typer.Option("--watchdog", help="同时启动看护进程")] = None,
) -> None:
    """启动中枢。"""
    from hub.certificates.authority import CertificateError
    from hub.folder_lock import FolderTaken
    from hub.safety import UnsafeSettings
    from hub.serve import DiskRefused, PortTaken, serve
    from hub.storage.upgrading import SchemaNewer

    settings = settings_of(
        data_dir=data_dir,
        host=host,
        port=port,
        broker=broker,
        broker_port=broker_port,
        vision_workers=vision_workers,
        roll_call_at=roll_call_at,
        log_level=log_level,
        watchdog=watchdog,
    )
    try:
        serve(settings)
    except (BrokerError, CertificateError, DiskRefused, FolderTaken, PortTaken, SchemaNewer, UnsafeSettings) as error:
        end(str(error))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def watchdog(context: typer.Context) -> None:
    """看护中枢：中枢没有回应时在本机报警。"""
    from hub.watchdog.__main__ import main

    main(context.args)


@app.command()
def move(
    to: Annotated[str, typer.Option(envvar="QIANSHAO_DATABASE", help="postgresql://用户@主机/库，不含口令")],
    data_dir: DataDir = None,
) -> None:
    """把中枢的数据库从文件迁到 PostgreSQL：先在中枢运行时迁一遍，再停下补齐。"""
    from hub.commands.move import move

    move(settings_of(data_dir=data_dir, database=""), settings_of(data_dir=data_dir, database=to))


@app.command()
def doctor(data_dir: DataDir = None, as_json: Json = False) -> None:
    """检查机器、安装和运行中的中枢，并说明怎么办。退出码：0 正常，1 有提醒，2 有故障。"""
    from hub.commands.doctor import doctor

    raise typer.Exit(doctor(settings_of(data_dir=data_dir), as_json))


@app.command()
def demo(
    data_dir: Annotated[Path, typer.Option(help="演示数据目录")] = Path("var/demo"),
    community_dir: Annotated[Path, typer.Option(help="模拟社区目录（首次启动时生成）")] = Path("var/community"),
    port: Annotated[int, typer.Option(help="控制台端口，0 为任选")] = 8470,
    broker: Annotated[str, typer.Option(help="auto、managed、embedded")] = "auto",
    radios: Annotated[int, typer.Option(min=1, max=1000, help="模拟对讲机数")] = 130,
    check: Annotated[bool, typer.Option("--check", help="无界面地演一遍全过程并核对")] = False,
    as_json: Json = False,
) -> None:
    """一条命令演示：中枢、130 部对讲机、摄像头。"""
    from simulators.demo import run

    raise typer.Exit(
        run.check(community_dir, broker, radios, as_json)
        if check
        else run.show(data_dir, community_dir, port, broker, radios)
    )


@app.command()
def init(
    file: Annotated[
        Path | None, typer.Option(help='无人值守：JSON 文件，{"person_id", "name", "password", "totp": true}')
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """设第一名管理员（中枢未运行时）；没有默认密码。"""
    from hub.commands.init import init

    init(settings_of(data_dir=data_dir), file)
