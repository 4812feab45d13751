"""``qianshao bench``: measures the hub, and says whether its goals are met."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import httpx
import msgspec
import typer

from bench import (
    alerts,
    alerts_figures,
    capacity,
    capacity_figures,
    events,
    footage,
    footage_figures,
    plots,
    search,
    search_figures,
    together,
    together_figures,
    vision,
    vision_figures,
    voice,
    watch,
)
from bench.vision_figures import AtLeast
from bench.voice_figures import BrokerKind, Goal, Plan
from devices.enrol.invitation import EnrolError
from hub.bridge.broker import BrokerError
from hub.commands.ending import end
from hub.footage.errors import SourceError
from simulators.cameras.tape import TapeError
from simulators.community.build import BuildError
from simulators.demo.parts import PartFailed


def measure_voice(radios: int, frame_ms: int, seconds: float, broker: str, runs: int, as_json: bool) -> None:
    """Measure a call to all and print."""
    try:
        found = voice.run(Plan(radios, frame_ms, seconds, BrokerKind(broker), runs))
    except (ValueError, OSError, PartFailed, EnrolError, httpx.HTTPError) as error:
        end(str(error))
    _print(found.flat(), found.goals, as_json)


def measure_mouth_to_ear(sentences: int, broker: str, runs: int, as_json: bool) -> None:
    """Measure how late a dispatcher's words are heard, and print."""
    try:
        from bench import mouth_to_ear, mouth_to_ear_report  # Playwright is no part of the product
    except ModuleNotFoundError as error:
        end(f"缺少 {error.name}，请先运行 make test 安装测试工具（the tests' packages are needed: make test）")
    try:
        found = mouth_to_ear.run(mouth_to_ear_report.Plan(sentences, runs, BrokerKind(broker)))
    except (ValueError, OSError, PartFailed, EnrolError, httpx.HTTPError) as error:
        end(str(error))
    _print(msgspec.structs.asdict(found), found.goals, as_json)


def measure_alerts(radios: int, count: int, as_json: bool) -> None:
    """Measure alerts to all radios, and print."""
    try:
        found = alerts.run(alerts_figures.Plan(radios, count))
    except (ValueError, OSError, PartFailed, EnrolError, BrokerError, httpx.HTTPError) as error:
        end(str(error))
    _print(msgspec.structs.asdict(found), found.goals, as_json)


def measure_events(plan: events.Plan, as_json: bool) -> None:
    """Measure how late consoles see events, and print."""
    try:
        found = events.run(plan)
    except (ValueError, OSError, PartFailed) as error:
        end(str(error))
    _print(msgspec.structs.asdict(found), found.goals, as_json)


def measure_together(films: Path, plan: together_figures.Plan, as_json: bool) -> None:
    """Measure everything at once, and print."""
    try:
        found = together.run(films, plan)
    except (ValueError, OSError, PartFailed, EnrolError, BuildError, httpx.HTTPError) as error:
        end(str(error))
    _print(msgspec.structs.asdict(found), found.goals, as_json)


def measure_footage(plan: footage_figures.Plan, as_json: bool) -> None:
    """Measure many cameras recorded at once, and print."""
    try:
        found = footage.run(plan)
    except (ValueError, OSError, PartFailed, httpx.HTTPError) as error:
        end(str(error))
    _print(found.flat(), found.goals, as_json)


def measure_vision(plan: vision_figures.Plan, as_json: bool) -> None:
    """Measure how many cameras a core is enough for, and print."""
    try:
        found = vision.measure(plan)
    except (OSError, SourceError, TapeError, PartFailed, httpx.HTTPError, subprocess.CalledProcessError) as error:
        end(str(error))
    _print(msgspec.structs.asdict(found), found.goals, as_json)


def measure_search(plan: search_figures.Plan, as_json: bool) -> None:
    """Measure searches over a month of sightings, and print."""
    try:
        found = search.run(plan)
    except OSError as error:
        end(str(error))
    _print(found.flat(), found.goals, as_json)


def measure_watch(community: Path, seconds: float, as_json: bool) -> None:
    """Measure how soon a watch tells, and print."""
    try:
        found = watch.run(community, seconds, lambda what: typer.echo(what, err=True))
    except (OSError, PartFailed, TimeoutError, ValueError, httpx.HTTPError) as error:
        end(str(error))
    _print(msgspec.structs.asdict(found), found.goals, as_json)


def measure_capacity(seconds: float, groups: str, radios: str, as_json: bool) -> None:
    """Measure how far voice goes, and print. ``groups`` and ``radios`` are loads with commas between."""
    try:
        found = capacity.run(capacity_figures.plan_of(seconds, groups, radios))
    except (ValueError, OSError, PartFailed, EnrolError, httpx.HTTPError) as error:
        end(str(error))
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
        return
    for words, curve in (("同时通话的对讲组", found.groups), ("一组的对讲机", found.radios)):
        typer.echo(f"{words}：{curve.most or 0}{'' if curve.is_end_found else ' 以上'}")


def plot(file: Path, out: Path) -> None:
    """Draw what a bench found, and say where."""
    try:
        drawn = plots.draw(file.read_bytes(), out)
    except (ValueError, OSError) as error:
        end(str(error))
    for one in drawn:
        typer.echo(str(one))


def _print(figures: Mapping[str, object], goals: Mapping[str, Goal | AtLeast], as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(figures), indent=1).decode())
        return
    for name, goal in goals.items():
        met = "达到" if goal.is_met else "未达到"
        wanted = f"至少 {goal.at_least}" if isinstance(goal, AtLeast) else f"至多 {goal.at_most}"
        typer.echo(f"{met}  {name} = {goal.measured}（{wanted}）")
