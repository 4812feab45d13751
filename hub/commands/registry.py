"""``qianshao registry``: import venues or a whole community into a running hub."""

from __future__ import annotations

from pathlib import Path

import msgspec
import typer

from hub.commands.hub_client import HubClient, HubRefused, HubUnreachable
from hub.registry.importing import ImportReport
from hub.settings import Settings


def import_file(settings: Settings, file: Path) -> int:
    """Import ``file``; returns 0 when everything went in, 1 when rows were left out, 2 when nothing did."""
    path = "/api/registry/community" if file.suffix == ".json" else "/api/registry/venues"
    try:
        content = file.read_bytes()
        answer = HubClient.of(settings.data_dir).call("POST", path, content=content)
    except (OSError, HubUnreachable, HubRefused) as error:
        typer.echo(str(error), err=True)
        return 2
    report = msgspec.json.decode(answer, type=ImportReport)
    for left_out in report.errors:
        typer.echo(f"第 {left_out.row} 行：{left_out.message}", err=True)
    typer.echo(f"导入 {report.imported} 个场所，{len(report.errors)} 行有误")
    return 1 if report.errors else 0
