"""``qianshao footage``: plans disks, from wishes or from what is really recorded, and lists what is there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from hub.command_line.options import say_json
from hub.commands.ending import end
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.overview import CameraFootage, overview
from hub.footage.segments.planning import DiskPlan, plan
from hub.footage.segments.rates import measure
from hub.settings import Settings


@dataclass(frozen=True)
class Wanted:
    """What the command line gives of a plan; None is taken from the installation, or from its settings."""

    cameras: int | None
    mbit_per_s: float | None
    days: int | None
    disk_tb: float | None


def plan_disks(settings: Settings, wanted: Wanted, measured: bool, as_json: bool) -> None:
    """Plan and print. ``measured``: what is not wanted otherwise is measured in the footage folder."""
    cameras, bit_rate = wanted.cameras, None if wanted.mbit_per_s is None else wanted.mbit_per_s * 1e6
    if measured and (cameras is None or bit_rate is None):
        rates = _bit_rates(settings.footage_folder)
        cameras = len(rates) if cameras is None else cameras
        bit_rate = sum(rates) / len(rates) if bit_rate is None else bit_rate
    if cameras is None or bit_rate is None:
        end(
            "请给出 --cameras 和 --mbit-per-s，或用 --data-dir、--footage-dir 按实际码率算\n"
            "give --cameras and --mbit-per-s, or --data-dir or --footage-dir to measure them"
        )
    days = settings.footage_days if wanted.days is None else wanted.days
    found = plan(cameras, bit_rate, days, share=settings.footage_disk_share, disk_tb=wanted.disk_tb)
    if as_json:
        say_json(found)
        return
    _print(found)


def show(settings: Settings, as_json: bool) -> None:
    """List what is there of each camera."""
    catalogue = Catalogue(settings.footage_folder)
    try:
        found = [one for one in (overview(catalogue, camera) for camera in catalogue.cameras()) if one is not None]
    except OSError as error:
        end(str(error))
    if as_json:
        say_json(found)
        return
    if not found:
        typer.echo(f"{settings.footage_folder} 中没有录像\nthere is no footage in {settings.footage_folder}")
        return
    table = Table("摄像头\ncamera", "最早\nfirst", "最近\nlast", "GB", "天数\ndays", "中断\ngaps", "中断分钟\ngap min")
    for one in found:
        table.add_row(
            one.camera_id,
            _time(one.first_ms),
            _time(one.last_ms),
            f"{one.bytes / 1e9:.2f}",
            str(one.days),
            str(one.gaps),
            f"{one.gaps_s / 60:.0f}",
        )
    Console().print(table)
    _print_strange(found)


def _bit_rates(folder: Path) -> list[float]:
    """Of each camera that recorded in the last days, in bit/s."""
    now_us = time.time_ns() // 1000
    try:
        found = [measure(folder / camera, now_us) for camera in Catalogue(folder).cameras()]
    except OSError as error:
        end(str(error))
    rates = [one.bit_rate for one in found if one is not None and one.bytes]
    if not rates:
        end(f"{folder} 最近三天没有录像\n{folder} holds no footage of the last three days")
    return rates


def _print(found: DiskPlan) -> None:
    typer.echo(
        f"{found.cameras} 路 × {found.mbit_per_s:.2f} Mbit/s × {found.days} 天：录像 {found.footage_tb:.1f} TB，"
        f"硬盘至少 {found.disk_tb_needed:.1f} TB（用到 {found.disk_share:.0%}），写入 {found.write_mb_per_s:.1f} MB/s"
    )
    typer.echo(
        f"{found.cameras} cameras × {found.mbit_per_s:.2f} Mbit/s × {found.days} days: {found.footage_tb:.1f} TB of "
        f"footage, {found.disk_tb_needed:.1f} TB of disks (filled to {found.disk_share:.0%}), "
        f"{found.write_mb_per_s:.1f} MB/s written"
    )
    if found.disks is not None:
        typer.echo(f"{found.disk_tb:g} TB 的硬盘 {found.disks} 块，可存 {found.days_that_fit:.0f} 天，不含备用盘")
        typer.echo(
            f"{found.disks} disks of {found.disk_tb:g} TB keep {found.days_that_fit:.0f} days, none of them spare"
        )


def _print_strange(found: list[CameraFootage]) -> None:
    strange = sum(one.strange_files for one in found)
    if strange:
        typer.echo(f"有 {strange} 个文件不是录像，未列出\n{strange} files are no footage and not listed", err=True)


def _time(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000).astimezone():%Y-%m-%d %H:%M:%S}"
