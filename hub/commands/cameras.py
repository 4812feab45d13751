"""``qianshao cameras``: add a camera or a recording to a running hub, list them, take one out."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from hub.commands.ending import end
from hub.commands.hub_client import HubClient, HubRefused, HubUnreachable
from hub.settings import Settings
from hub.vision.camera_view import CameraView

POLL_S = 0.5
ENDED = frozenset({"finished", "unreadable", "refused"})


class _State(msgspec.Struct):
    cameras: list[CameraView]


def add(
    settings: Settings, source: str, name: str | None, venue: str | None, started_at: str | None, wait: bool
) -> None:
    """Add ``source``: a file becomes a recording, anything else a live camera.

    ``-`` is an address on standard input, so that no password stands in the list of processes.
    """
    if source == "-":
        source = sys.stdin.readline().strip()
        if not source:
            end("标准输入里没有地址：请写一行 rtsp:// 地址")
    file = Path(source)
    recording = "://" not in source
    if recording and not file.is_file():
        end(f"没有这个文件：{source}")
    body: dict[str, object] = {
        "name": (name or (file.stem if recording else "摄像头"))[:64],
        "url": str(file.resolve()) if recording else source,
        "recording": recording,
        "venue_id": venue,
    }
    if started_at is not None:
        try:
            body["started_at_ms"] = round(datetime.fromisoformat(started_at).timestamp() * 1000)
        except ValueError:
            end(f"时间 {started_at!r} 无法识别，请写成 2026-11-21T16:20:00+08:00")
    elif recording:
        body["started_at_ms"] = round(file.stat().st_mtime * 1000)
    try:
        hub = HubClient.of(settings.data_dir)
        camera = msgspec.json.decode(hub.call("POST", "/api/cameras", body=body), type=CameraView)
        typer.echo(f"已接入 {camera.camera_id} {camera.name}")
        if recording and wait:
            _watch(hub, camera.camera_id)
    except (HubUnreachable, HubRefused) as error:
        end(str(error))


def _watch(hub: HubClient, camera_id: str) -> None:
    columns = (TextColumn("分析录像"), BarColumn(), TextColumn("{task.percentage:.0f}% {task.fields[found]} 人次"))
    with Progress(*columns, TimeElapsedColumn()) as progress:
        task = progress.add_task("", total=1.0, found=0)
        while True:
            camera = _find(hub, camera_id)
            progress.update(task, completed=camera.progress or 0.0, found=camera.sightings)
            if camera.condition in ENDED:
                break
            time.sleep(POLL_S)
        if camera.condition == "finished":
            progress.update(task, completed=1.0)
    if camera.condition != "finished":
        end(f"{camera.name}：{camera.detail or camera.condition}")
    typer.echo(f"完成：看了 {camera.frames_looked_at} 帧，{camera.sightings} 人次")


def _find(hub: HubClient, camera_id: str) -> CameraView:
    found = [camera for camera in hub.get("/api/state", _State).cameras if camera.camera_id == camera_id]
    if not found:
        end(f"摄像头 {camera_id} 已被移除")
    return found[0]


def show(settings: Settings) -> None:
    """List the cameras and how they stand."""
    try:
        cameras = HubClient.of(settings.data_dir).get("/api/state", _State).cameras
    except (HubUnreachable, HubRefused) as error:
        end(str(error))
    table = Table("编号", "名称", "状态", "说明", "已看帧", "人次")
    for camera in cameras:
        table.add_row(
            camera.camera_id,
            camera.name,
            camera.condition,
            camera.detail,
            str(camera.frames_looked_at),
            str(camera.sightings),
        )
    Console().print(table)


def remove(settings: Settings, camera_id: str) -> None:
    """Take a camera out."""
    try:
        HubClient.of(settings.data_dir).call("DELETE", f"/api/cameras/{camera_id}")
    except (HubUnreachable, HubRefused) as error:
        end(str(error))
    typer.echo(f"已移除 {camera_id}")
