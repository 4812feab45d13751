"""``qianshao demo``: the stage for a visitor, or the story played through without one."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Generator, Iterable
from pathlib import Path

import httpx
import msgspec
import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from hub.access.people import ROLE_NAMES
from simulators.community.build import BuildError
from simulators.demo.accounts import DemoAccount
from simulators.demo.parts import PartFailed
from simulators.demo.stage import Stage, Told
from simulators.demo.story import Report, play


def show(data_dir: Path, community_dir: Path, port: int, broker: str, radios: int) -> int:
    """Start everything, print the console's address, run until Ctrl-C. Returns the exit code."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_show(data_dir, community_dir, port, broker, radios))


async def _show(data_dir: Path, community_dir: Path, port: int, broker: str, radios: int) -> int:
    console = Console()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        with _progress(console) as tell:
            stage = Stage(data_dir, community_dir, port=port, broker=broker, radios=radios, tell=tell)
            await _until(ended, _put_on(stage, console))
        await _until(ended, stage.hub.keep())
        console.print("正在停止……数据已保留，下次启动继续使用")
    except (PartFailed, BuildError, TimeoutError, OSError, httpx.HTTPError) as error:
        console.print(f"[red]没有启动成功：{error or type(error).__name__}[/red]")
        return 1
    finally:
        await stage.stop()
    return 0


async def _until(ended: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Run ``work`` until it is done or the visitor ends the demonstration. Raises what ``work`` raises."""
    if ended.is_set():
        work.close()
        return None
    working, waiting = asyncio.create_task(work), asyncio.create_task(ended.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return None


async def _put_on(stage: Stage, console: Console) -> None:
    began_s = time.monotonic()
    await stage.start()
    console.print(
        f"[bold green]控制台：{stage.url}/[/bold green]  （{time.monotonic() - began_s:.1f} 秒，Ctrl-C 停止）"
    )
    console.print(_account_table(stage.accounts.values()))
    await stage.start_cameras()
    await stage.wait_cameras()
    console.print(f"摄像头全部上线（{time.monotonic() - began_s:.1f} 秒）")


def _account_table(accounts: Iterable[DemoAccount]) -> Table:
    """Who can sign in, with the passwords of this start."""
    table = Table("账号", "密码", "岗位", "姓名", title="演示账号（每次启动换新密码）", title_justify="left")
    for account in accounts:
        table.add_row(account.person_id, account.password, ROLE_NAMES[account.role], account.name)
    return table


@contextlib.contextmanager
def _progress(console: Console) -> Generator[Callable[[Told], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0)

        def tell(told: Told) -> None:
            progress.update(task, description=told.what, total=None if told.share is None else 1.0,
                            completed=told.share or 0.0)  # fmt: skip

        yield tell


def check(community_dir: Path, broker: str, radios: int, as_json: bool) -> int:
    """Play the whole story on free ports in a folder of its own. Returns 0 when every goal was met, else 1."""
    last = ""

    def tell(told: Told) -> None:
        nonlocal last
        what = told.what.rstrip("0123456789/% ")
        if what != last:
            last = what
            print(f"… {told.what}", file=sys.stderr, flush=True)

    with (
        tempfile.TemporaryDirectory(prefix="qianshao-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        try:
            report = runner.run(_check(Path(folder), community_dir, broker, radios, tell))
        except (PartFailed, BuildError, TimeoutError, OSError, httpx.HTTPError) as error:
            print(msgspec.json.encode({"error": f"{type(error).__name__}: {error}"}).decode())
            return 1
    print(msgspec.json.format(msgspec.json.encode(report), indent=1 if not as_json else 0).decode())
    for missed in report.missed():
        print(f"未达到：{missed}", file=sys.stderr)
    return 1 if report.missed() else 0


async def _check(folder: Path, community_dir: Path, broker: str, radios: int, tell: Callable[[Told], None]) -> Report:
    stage = Stage(folder, community_dir, port=0, broker=broker, radios=radios, tell=tell)
    try:
        return await play(stage, community_dir, radios, tell)
    finally:
        await stage.stop()
