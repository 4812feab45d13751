"""docker-compose.yml: docker-compose takes it; every service is bounded, watched and shut in; no secret is in it."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from devices.protocol import topics
from hub.bridge.configuration import BrokerListen, mosquitto_configuration
from hub.settings import Settings
from tests.deploy.compose import FILE, ROOT, composed, service

SERVICES = sorted(composed()["services"])
COMPOSE = ROOT / "deploy" / "compose"


@pytest.mark.skipif(
    shutil.which("docker-compose") is None, reason="docker-compose is missing: scripts/install-test-tools"
)
def test_docker_compose_finds_no_fault() -> None:
    done = subprocess.run(
        ["docker-compose", "-f", str(FILE), "config", "-q"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_bounded_watched_started_again_and_shut_in(name: str) -> None:
    found = service(name)
    assert found["restart"] == "unless-stopped"
    assert found["healthcheck"]["test"][0] == "CMD" and {"interval", "timeout", "retries"} <= set(found["healthcheck"])
    assert found["mem_limit"] and found["cpus"] and found["pids_limit"]
    assert {"max-size", "max-file"} == set(found["logging"]["options"]), "its log is bounded too"
    assert found["read_only"] is True and found["init"] is True
    assert found["cap_drop"] == ["ALL"] and found["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in found and "cap_add" not in found
    assert int(found["user"].split(":")[0]) > 0, "not as root"


@pytest.mark.parametrize("name", SERVICES)
def test_every_volume_is_a_file_that_there_is_or_is_named(name: str) -> None:
    for volume in service(name)["volumes"]:
        source, _, rest = volume.partition(":")
        if source.startswith("."):
            assert (ROOT / source).exists(), source
            assert rest.endswith(":ro"), f"{name} could change {source}"
        else:
            assert source in composed()["volumes"]


def test_only_what_radios_and_phones_need_can_be_reached_by_others() -> None:
    text = FILE.read_text(encoding="utf-8")
    published = re.findall(r'^ {6}- "(\S+):\d+:(\d+)"', text, re.MULTILINE)
    assert sorted(published, key=lambda one: one[1]) == [
        ("127.0.0.1", "3000"),
        ("${LISTEN_ADDRESS:-127.0.0.1}", "8470"),
        ("${LISTEN_ADDRESS:-127.0.0.1}", "8471"),
        ("${LISTEN_ADDRESS:-127.0.0.1}", "8883"),
    ]
    assert sum(len(service(name).get("ports", [])) for name in SERVICES) == len(published)
    assert service("database")["network_mode"] == "none"
    assert "listen_addresses=" in service("database")["command"]
    assert composed()["networks"]["inside"]["internal"] is True


def test_no_secret_is_in_the_file_and_git_and_image_leave_the_folder_of_secrets_alone() -> None:
    for name in SERVICES:
        for variable, value in service(name).get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|KEY", variable):
                assert variable.endswith("_FILE") and value.startswith("/run/secrets/"), variable
            assert not re.search(r"://[^/@]*:[^/@]*@", value), f"{variable} has a password in an address"
    assert "/deploy/compose/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored and "!deploy" not in ignored
    for given in composed()["secrets"].values():
        assert given["file"].startswith("deploy/compose/secrets/")


def test_secrets_are_made_once_and_their_folder_is_its_owners_alone(tmp_path: Path) -> None:
    script = shutil.copy(COMPOSE / "make-secrets", tmp_path)
    made = []
    for _ in range(2):
        subprocess.run(["sh", script], check=True)
        made.append({file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    assert all(re.fullmatch(r"[0-9a-f]{48}\n", text) for text in made[0].values())
    assert len(set(made[0].values())) == len(made[0])
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    by_hand = {"qianshao-token", "qianshao-ca.pem"}  # a hub's own: they come from it
    assert set(made[0]) | by_hand == set(composed()["secrets"])


def test_hub_has_only_settings_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("QIANSHAO_")]:
        monkeypatch.delenv(name)
    given: dict[str, Any] = service("hub")["environment"]
    fields = {f"QIANSHAO_{name.upper()}" for name in Settings.model_fields}
    assert set(given) - fields == {"CREDENTIALS_DIRECTORY"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    settings = Settings()
    assert settings.uses_tls and settings.database_url.host is None, "the database is reached by its socket"
    mounts = {volume.split(":")[1] for volume in service("hub")["volumes"]}
    folders = {settings.data_dir, settings.footage_folder, settings.broker_folder}
    assert {str(folder) for folder in folders} <= mounts
    host, _, port = settings.broker.removeprefix("mqtts://").partition(":")
    assert service("mosquitto")["networks"]["inside"]["ipv4_address"] == host
    assert settings.broker_tls_port == int(port), "radios are told the port that is published"


def test_mosquitto_is_set_up_as_one_that_the_hub_starts_without_its_plain_listener() -> None:
    def lines(text: str) -> set[str]:
        return {line for line in text.splitlines() if line and not line.startswith("#")}

    folder = Path("/var/lib/qianshao-broker")
    pem, certificate, key = (folder / name for name in ("ca.pem", "broker.pem", "broker.key"))
    own = lines(mosquitto_configuration(folder, 1883, BrokerListen("0.0.0.0", 8883, pem, certificate, key)))
    shipped = lines((COMPOSE / "mosquitto" / "mosquitto.conf").read_text())
    assert own - shipped - {"user root"} == {"listener 1883 127.0.0.1", "listener 8883 0.0.0.0"}
    assert shipped - own == {"listener 8883"}
    assert f"max_packet_size {topics.MAX_PAYLOAD_BYTES + 512}" in shipped


def test_image_is_made_of_what_the_project_has_and_runs_as_the_services_user() -> None:
    text = (COMPOSE / "Dockerfile").read_text()
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert all((ROOT / name).exists() for name in kept)
    assert set(kept) >= {"Makefile", "pyproject.toml", "requirements", "scripts", "hub", "devices", "dashboards"}
    assert f"USER {service('hub')['user']}" in text
    assert re.findall("^FROM (\\S+)", text, re.MULTILINE) == ["debian:12-slim"] * 2
    for volume in service("hub")["volumes"]:
        folder = volume.split(":")[1]
        assert folder in text or folder.startswith("/var/run"), f"{folder} would belong to root"
