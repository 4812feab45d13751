"""``qianshao simulate missing-child``: seed after seed, a line as each ends, then all of them together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Callable, Coroutine, Generator, Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec
import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from devices.enrol.invitation import EnrolError
from simulators.community.build import BuildError, build
from simulators.community.build import Progress as Built
from simulators.demo.parts import PartFailed
from simulators.demo.stage import Told
from simulators.missing_child.figures import Run, Series, series_of
from simulators.missing_child.playing import Plan, parameters, play


class Failed(msgspec.Struct, frozen=True):
    """A seed that could not be played, and why."""

    seed: int
    error: str


def play_all(plan: Plan, seeds: Sequence[int], communities: Path, *, as_json: bool) -> int:
    """Play the plan for each seed and print. Returns 0 when every seed could be played, else 1."""
    runs: list[Run] = []
    for seed in seeds:
        with _progress(f"seed {seed}") as tell:
            came = _play(replace(plan, seed=seed), communities / f"seed-{seed}", tell)
        if isinstance(came, Run):
            runs.append(came)
        print(msgspec.json.encode(came).decode() if as_json else _line(came), flush=True)
    if len(seeds) > 1:
        series = series_of(runs, len(seeds) - len(runs))
        print(msgspec.json.encode(series).decode() if as_json else _series_line(series), flush=True)
    return 0 if len(runs) == len(seeds) else 1


def _play(plan: Plan, community_dir: Path, tell: Callable[[Told], None]) -> Run | Failed:
    def rendering(progress: Built) -> None:
        tell(Told("首次：生成模拟社区", progress.frames_done / progress.frames_total))

    try:
        build(community_dir, parameters(plan.seed), rendering)
        with (
            tempfile.TemporaryDirectory(prefix="qianshao-") as folder,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            return runner.run(_until_signal(play(plan, community_dir, Path(folder), tell)))
    except (PartFailed, BuildError, EnrolError, TimeoutError, OSError, httpx.HTTPError) as error:
        return Failed(plan.seed, f"{type(error).__name__}: {error}")


async def _until_signal(playing: Coroutine[None, None, Run]) -> Run:
    """Play, unless a signal comes: everything is then taken down. Raises CancelledError, and what playing raises."""
    task = asyncio.ensure_future(playing)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task


@contextlib.contextmanager
def _progress(name: str) -> Generator[Callable[[Told], None]]:
    """A line on the terminal, where standard error is one."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=1.0)

        def tell(told: Told) -> None:
            progress.update(
                task,
                description=f"{name}：{told.what}",
                total=None if told.share is None else 1.0,
                completed=told.share or 0.0,
            )

        yield tell


def _line(came: Run | Failed) -> str:
    if isinstance(came, Failed):
        return f"seed {came.seed}：没有演成（{came.error}）"
    ended = f"{_seconds(came.found_s)}后孩子在保安身边" if came.found else "没有找到"
    return (
        f"seed {came.seed}：{ended}；首个结果 {_seconds(came.first_hit_s)}，首个场所接警"
        f" {_seconds(came.first_venue_alerted_s)}，{came.venues_alerted} 个场所，误报 {came.wrong_reports} 次"
    )


def _series_line(series: Series) -> str:
    return (
        f"{series.runs} 次中找到 {series.found} 次；中位数：找到 {_seconds(series.medians['found_s'])}，首个结果"
        f" {_seconds(series.medians['first_hit_s'])}，首个场所接警 {_seconds(series.medians['first_venue_alerted_s'])}"
    )


def _seconds(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f} 秒"
