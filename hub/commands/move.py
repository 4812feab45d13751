"""``qianshao move``: the hub's database from its file into PostgreSQL, most of it while the room works."""

from __future__ import annotations

import time

import sqlalchemy as sa
import typer
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from hub.commands.ending import end
from hub.events.tables import events
from hub.folder_lock import FolderTaken, locked
from hub.settings import Settings
from hub.storage.database import migrate
from hub.storage.engine import DatabaseTaken, make_engine
from hub.storage.moving import MOVED, Differences, bring_over, compare
from hub.storage.schema import metadata

_REVISION = "alembic_version"


def move(source: Settings, target: Settings) -> None:
    """Bring PostgreSQL to what stands in the file, and verify it; while the hub runs it can be done again and again.

    With the hub ended, whatever came since is brought over, and the file is marked as moved from.
    """
    if not source.database_file.is_file():
        end(f"{source.data_dir} 中没有中枢的数据库：请用 --data-dir 指明数据目录")
    if (source.data_dir / MOVED).exists():
        end(f"这里的数据库已迁到 {(source.data_dir / MOVED).read_text(encoding='utf-8').strip()}，不能再迁一次")
    began = time.monotonic()
    try:
        with locked(source.data_dir):
            found = _bring(source, target)
            (source.data_dir / MOVED).write_text(f"{target.database}\n", encoding="utf-8")
            last = f"已迁完。今后用 QIANSHAO_DATABASE={target.database} 启动中枢；原文件保留，未改动"
    except FolderTaken:
        found = _bring(source, target)
        last = "中枢还在运行：请停止中枢后再运行一次，补上此后的变化"
    typer.echo(
        f"{found.rows} 行：新增 {found.inserted}，更新 {found.changed}，删除 {found.deleted}；"
        f"逐行核对一致，{time.monotonic() - began:.1f} 秒\n{last}"
    )


def _is_earlier(target: sa.Connection, source: sa.Connection) -> bool:
    """Whether ``target`` holds nothing yet or what ``source`` held at an earlier time: so nothing of others is lost."""
    newest = sa.select(events).order_by(events.c.number.desc()).limit(1)
    last = target.execute(newest).first()
    if last is None:
        return True
    return source.execute(sa.select(events).where(events.c.number == last.number)).first() == last


def _bring(source: Settings, target: Settings) -> Differences:
    reading, writing = make_engine(source.database_url), make_engine(target.database_url, alone=True)
    try:
        migrate(writing)
        unknown = set(sa.inspect(writing).get_table_names()) - set(metadata.tables) - {_REVISION}
        assert not unknown, f"tables of no room that is imported here would be left behind: {unknown}"
        with (
            reading.connect() as here,
            writing.connect().execution_options(write=True) as there,
            there.begin(),
            Progress(TextColumn("{task.description} {task.completed} 行"), TimeElapsedColumn()) as progress,
        ):
            if not _is_earlier(there, here):
                end(f"{target.database} 里有别的中枢的数据，或比这里更新的数据：请换一个空的数据库")
            copying, checking = progress.add_task("写入", total=None), progress.add_task("核对", total=None)
            brought = bring_over(here, there, lambda rows: progress.advance(copying, rows))
            written = [table for table, found in brought.items() if not found.none]
            left = compare(here, there, written, lambda rows: progress.advance(checking, rows))
            if not left.none:
                end(f"核对不一致（{left.inserted + left.changed + left.deleted} 行），没有迁移任何内容")
        return sum(brought.values(), Differences())
    except (DatabaseTaken, sa.exc.DBAPIError) as error:
        why = getattr(error, "orig", error)
        end(f"另一台中枢正在使用 {target.database}" if isinstance(why, DatabaseTaken) else f"数据库不可用：{why}")
    finally:
        reading.dispose()
        writing.dispose()
