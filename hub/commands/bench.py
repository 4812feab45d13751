"""``qianshao bench``: measures the hub, and says whether its goals are met."""

from __future__ import annotations

import httpx
import msgspec
import typer

from bench import voice
from bench.voice_figures import BrokerKind, Plan
from devices.enrol.invitation import EnrolError
from hub.cli import fail
from simulators.demo.parts import PartFailed


def measure_voice(radios: int, frame_ms: int, seconds: float, broker: str, runs: int, as_json: bool) -> None:
    """Measure a call to all and print."""
    try:
        found = voice.run(Plan(radios, frame_ms, seconds, BrokerKind(broker), runs))
    except (ValueError, OSError, PartFailed, EnrolError, httpx.HTTPError) as error:
        fail(str(error))
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found.flat()), indent=1).decode())
        return
    for name, goal in found.goals.items():
        met = "达到" if goal.is_met else "未达到"
        typer.echo(f"{met}  {name} = {goal.measured}（至多 {goal.at_most}）")
