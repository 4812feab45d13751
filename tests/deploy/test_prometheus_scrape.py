"""A real Prometheus scrapes a real hub with the configuration that is shipped, and nobody else gets in by its token."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.access.people import Role
from hub.bridge.broker import free_port
from tests.hub import client_of, open_console, open_hub

SHIPPED = Path(__file__).parents[2] / "deploy" / "prometheus"
ANSWERED_WITHIN_S = 20.0


async def test_metrics_token_opens_the_metrics_and_nothing_else_and_outlives_a_restart(tmp_path: Path) -> None:
    tokens = []
    for _ in range(2):
        async with open_hub(tmp_path) as hub, open_console(hub) as console:
            file = tmp_path / "access" / "metrics-token"
            assert file.stat().st_mode & 0o777 == 0o600
            tokens.append(file.read_text())
            async with client_of(console.base_url, None) as stranger:

                async def ask(path: str, token: str, client: httpx.AsyncClient = stranger) -> int:
                    return (await client.get(path, headers={"Authorization": f"Bearer {token}"})).status_code

                assert await ask("/metrics", tokens[-1]) == 200
                assert await ask("/metrics", tokens[-1][:-1]) == 401
                assert await ask("/api/people", tokens[-1]) == 401
    assert tokens[0] == tokens[1]


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is missing: scripts/install-test-tools")
async def test_prometheus_scrapes_a_hub_with_the_shipped_configuration(tmp_path: Path) -> None:
    async with open_hub(tmp_path / "hub") as hub, open_console(hub, Role.ADMINISTRATOR) as console:
        config = (SHIPPED / "prometheus.yml").read_text(encoding="utf-8")
        for shipped, here in (
            ("scrape_interval: 15s", "scrape_interval: 200ms"),
            ("127.0.0.1:8470", _address(console)),
        ):
            assert shipped in config
            config = config.replace(shipped, here)
        (tmp_path / "prometheus.yml").write_text(config, encoding="utf-8")
        shutil.copy(SHIPPED / "rules.yml", tmp_path)
        shutil.copy(hub.settings.data_dir / "access" / "metrics-token", tmp_path / "qianshao-token")
        port = free_port()
        log = (tmp_path / "prometheus.log").open("wb")
        prometheus = await asyncio.create_subprocess_exec(
            "prometheus",
            f"--config.file={tmp_path / 'prometheus.yml'}",
            f"--storage.tsdb.path={tmp_path / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}",
            stdout=log,
            stderr=log,
        )
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1/", trust_env=False) as api:
                assert await _value(api, "up") == 1
                assert await _value(api, "qianshao_radios_enrolled") == len(hub.registry.radios) > 0
                assert await _value(api, 'qianshao_part_well{part="storage"}') == 1
                rules = (await api.get("rules")).json()["data"]["groups"]
                assert {rule["health"] for group in rules for rule in group["rules"]} <= {"ok", "unknown"}
        finally:
            prometheus.terminate()
            await prometheus.wait()
            log.close()


def _address(client: httpx.AsyncClient) -> str:
    return f"{client.base_url.host}:{client.base_url.port}"


async def _value(api: httpx.AsyncClient, query: str) -> float:
    """The one value of a query, once Prometheus answers and has scraped it."""
    async with asyncio.timeout(ANSWERED_WITHIN_S):
        while True:
            found: list[Any] = []
            try:
                answer = await api.get("query", params={"query": query})
                found = answer.json()["data"]["result"] if answer.status_code == 200 else []
            except httpx.TransportError:
                pass
            if found and (query != "up" or found[0]["value"][1] == "1"):
                (one,) = found
                return float(one["value"][1])
            await asyncio.sleep(0.05)
