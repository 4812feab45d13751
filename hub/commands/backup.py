"""``qianshao backup`` beside a working hub, ``qianshao restore`` on a new machine."""

from __future__ import annotations

import os
import shlex
import sys
import time
from datetime import datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa
import typer

from hub.backup.making import keep_newest, make_backup
from hub.backup.records import BackupBroken, BackupError, FootageTaken, Manifest
from hub.backup.restoring import choose, restore
from hub.command_line.options import say_json
from hub.commands.ending import end
from hub.settings import Settings
from hub.storage.upgrading import SchemaNewer

_TOLD_EVERY_S = 1.0
_GENTLY = 10
"""Nice value of a backup beside a working hub: talk comes first."""


class Done(msgspec.Struct, frozen=True):
    """What was done, and what it took."""

    folder: str
    made_at: str
    files: int
    bytes: int
    seconds: float
    last_event: int
    deleted: tuple[str, ...] = ()


def back_up(settings: Settings, folder: Path, footage: FootageTaken, keep: int | None, as_json: bool) -> None:
    """Make a backup and say what is in it; then delete the oldest beyond ``keep``."""
    os.nice(_GENTLY)
    began_s = time.perf_counter()
    try:
        path, manifest = make_backup(settings, folder, footage, round(time.time() * 1e6), _Told())
    except (BackupError, OSError, ValueError, sa.exc.DBAPIError) as error:
        end(f"没有备份成（no backup was made）：{error}")
    try:
        deleted = keep_newest(folder, manifest.hub, keep) if keep is not None else []
    except (BackupError, OSError) as error:
        end(f"已备份到 {path}，但旧备份没有删掉（it is backed up, but old backups were not deleted）：{error}")
    done = _done(path, manifest, began_s, tuple(map(str, deleted)))
    if as_json:
        say_json(done)
        return
    typer.echo(f"已备份到 {done.folder}：{_sum(done)}")
    typer.echo(
        "备份里有中枢的密钥和居民信息，请像中枢本身一样保管（it holds the hub's keys: keep it as the hub's own）"
    )
    for one in done.deleted:
        typer.echo(f"已删除旧备份 {one}")


def take_back(folder: Path, settings: Settings, as_json: bool) -> None:
    """Restore a backup; exit code 1 for one that is broken, 2 where it cannot be restored."""
    began_s = time.perf_counter()
    into, told = settings.data_dir, _Told()
    try:
        backup = choose(folder)
        manifest = restore(backup, settings, lambda done, of: told("恢复 restoring", done, of))
    except BackupBroken as error:
        end(str(error), 1)
    except (BackupError, SchemaNewer) as error:
        end(str(error))
    except (OSError, sa.exc.DBAPIError) as error:
        end(f"没有恢复成（nothing was restored）：{error}")
    done = _done(into, manifest, began_s)
    if as_json:
        say_json(done)
        return
    typer.echo(f"已从 {backup}（{done.made_at} 的备份）恢复到 {into}：{_sum(done)}")
    typer.echo("旧中枢不能再运行：两个中枢会用同一个身份（the old hub must not run any more: both have one identity）")
    typer.echo(
        f"备份之后的事件不在其中，事件从第 {done.last_event} 号接着编（what came after the backup is not in it）"
    )
    typer.echo(
        "新机器请用旧中枢的地址，对讲机、手机、摄像头即自行连上；地址若变，见 docs/backup.md（take over its address）"
    )
    typer.echo(f"启动：qianshao hub --data-dir {shlex.quote(str(into))}")


def _done(folder: Path, manifest: Manifest, began_s: float, deleted: tuple[str, ...] = ()) -> Done:
    made_at = datetime.fromtimestamp(manifest.made_at_us / 1e6).astimezone().isoformat(" ", "seconds")
    seconds = round(time.perf_counter() - began_s, 3)
    return Done(str(folder), made_at, len(manifest.files), manifest.bytes, seconds, manifest.last_event, deleted)


def _sum(done: Done) -> str:
    return f"{done.files} 个文件，{done.bytes} 字节，用时 {done.seconds:.1f} 秒（files, bytes, seconds）"


class _Told:
    """How far it has come: a line a step, and one a second, on the error output."""

    def __init__(self) -> None:
        self._step, self._at_s = "", 0.0

    def __call__(self, step: str, done_bytes: int, of_bytes: int) -> None:
        if step == self._step and time.monotonic() - self._at_s < _TOLD_EVERY_S:
            return
        self._step, self._at_s = step, time.monotonic()
        print(f"{step}：{done_bytes / 1e6:.0f} / {of_bytes / 1e6:.0f} MB", file=sys.stderr, flush=True)
