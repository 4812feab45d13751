"""``qianshao backup`` and ``qianshao restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.backup.records import FootageTaken
from hub.command_line.options import DataDir, Json, settings_of


def backup(
    folder: Annotated[Path, typer.Argument(help="备份放在哪个目录，最好是另一块盘")],
    footage: Annotated[
        FootageTaken, typer.Option(help="录像：none 不备份，held 只备份案件保全的，all 全部")
    ] = FootageTaken.NONE,
    keep: Annotated[int | None, typer.Option(min=1, help="只留最新的几份（默认全留）")] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """备份中枢，中枢照常工作（docs/backup.md）。"""
    from hub.commands.backup import back_up

    back_up(settings_of(data_dir=data_dir), folder, footage, keep, as_json)


def restore(
    folder: Annotated[Path, typer.Argument(help="一份备份，或放备份的目录（用其中最新的）")],
    into: Annotated[Path, typer.Option(help="恢复到哪个数据目录：新的或空的")],
    as_json: Json = False,
) -> None:
    """从备份恢复到一个新目录，再用 qianshao hub 启动。"""
    from hub.commands.backup import take_back

    take_back(folder, settings_of(data_dir=into), as_json)
