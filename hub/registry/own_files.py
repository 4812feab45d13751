"""What the hub keeps is no camera: its data and other cameras' footage would be seen under nobody's terms."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hub.errors import Refusal


def check_not_own(url: str | None, folders: Iterable[Path]) -> None:
    """Raises Refusal for the path of a file or folder that lies in one of ``folders``, links followed. Blocks."""
    if url is None or not url.startswith("/"):
        return
    try:
        path = Path(url).resolve()
        is_own = any(path.is_relative_to(folder.resolve()) for folder in folders)
    except (OSError, RuntimeError, ValueError):  # a link that leads to itself, no path at all
        is_own = True
    if is_own:
        raise Refusal(
            "own_files",
            "黔哨自己的数据和录像不能当作摄像头接入：请先导出，再接入导出的文件",
            "the hub's own data and footage cannot be enrolled as a camera: export a clip and enrol that",
            field="url",
        )
