"""``qianshao footage``: the disks that footage needs, and what is on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.command_line.options import DataDir, Json, settings_of

footage_app = typer.Typer(help="录像", no_args_is_help=True)
FootageDir = Annotated[Path | None, typer.Option(help="录像目录（默认数据目录中的 footage，或 QIANSHAO_FOOTAGE_DIR）")]


@footage_app.command("plan")
def footage_plan(
    cameras: Annotated[int | None, typer.Option(min=1, help="摄像头数")] = None,
    mbit_per_s: Annotated[float | None, typer.Option(min=0.001, help="每路主码流的平均码率，Mbit/s")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="保存天数（默认为设置中的天数）")] = None,
    disk_tb: Annotated[float | None, typer.Option(min=0.001, help="每块硬盘的容量，TB")] = None,
    data_dir: DataDir = None,
    footage_dir: FootageDir = None,
    as_json: Json = False,
) -> None:
    """算出需要多大的硬盘；给出目录时按实际录到的码率算。"""
    from hub.commands.footage import Wanted, plan_disks

    measured = data_dir is not None or footage_dir is not None
    settings = settings_of(data_dir=data_dir, footage_dir=footage_dir)
    plan_disks(settings, Wanted(cameras, mbit_per_s, days, disk_tb), measured, as_json)


@footage_app.command("list")
def footage_list(data_dir: DataDir = None, footage_dir: FootageDir = None, as_json: Json = False) -> None:
    """列出每路摄像头的录像：起止、大小、天数、中断。"""
    from hub.commands.footage import show

    show(settings_of(data_dir=data_dir, footage_dir=footage_dir), as_json)


@footage_app.command("adopt")
def footage_adopt(
    data_dir: DataDir = None,
    footage_dir: FootageDir = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """启用新换的录像盘（先挂载好；中枢可以正在运行）。"""
    from hub.commands.adopting import adopt

    adopt(settings_of(data_dir=data_dir, footage_dir=footage_dir), ask=not yes)


@footage_app.command("verify")
def footage_verify(
    file: Annotated[Path, typer.Argument(help="导出的 MP4 文件")],
    key: Annotated[Path | None, typer.Option(help="中枢的公钥（默认用数据目录中的）")] = None,
    data_dir: DataDir = None,
) -> None:
    """核对导出的录像：是否完整未改、谁、何时、哪路摄像头。"""
    from hub.commands.exported import verify_file

    verify_file(settings_of(data_dir=data_dir), file, key)


@footage_app.command("key")
def footage_key(data_dir: DataDir = None) -> None:
    """显示核对导出录像用的公钥及其指纹。"""
    from hub.commands.exported import show_key

    show_key(settings_of(data_dir=data_dir))
