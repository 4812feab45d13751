"""``qianshao simulate``: what the simulators try on the product, and what came of it."""

from __future__ import annotations

import asyncio
from subprocess import SubprocessError

import httpx
import msgspec
import typer

from devices.enrol.invitation import EnrolError
from hub.commands.ending import end
from simulators.demo.parts import PartFailed
from simulators.faults import campaign
from simulators.faults.plan import Plan

_BROKERS = {"mosquitto": "managed", "embedded": "embedded"}
_DATABASES = ("sqlite", "postgresql")


def faults(alerts: int, faults: int, radios: int, seed: int, broker: str, database: str, as_json: bool) -> int:
    """Play a campaign of faults and print. Returns 0 when nothing was lost and nothing came twice, else 1."""
    if broker not in _BROKERS:
        end(f"--broker 须为 mosquitto 或 embedded（--broker is mosquitto or embedded）：{broker}")
    if database not in _DATABASES:
        end(f"--database 须为 sqlite 或 postgresql（--database is sqlite or postgresql）：{database}")
    try:
        report = campaign.run(Plan(alerts, faults, radios, seed, _BROKERS[broker], database))
    except asyncio.CancelledError:
        end("已中止（ended by a signal）", 1)
    except (ValueError, OSError, PartFailed, EnrolError, SubprocessError, TimeoutError, httpx.HTTPError) as error:
        end(str(error) or type(error).__name__)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(report), indent=1).decode())
    else:
        words = "无丢失、无重复" if report.is_clean else "有丢失或重复（用 --json 查看）"
        typer.echo(f"{words}：{report.faults_in_all} 次故障，{report.alerts} 条警报，{report.seconds:.0f} 秒")
    return 0 if report.is_clean else 1
