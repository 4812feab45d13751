"""The page that shows whom to trust: the fingerprint, the certificate, and nothing of the room."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from devices.protocol.clock import ManualClock, SystemClock
from hub.certificates.authority import Names, fingerprint, for_people
from hub.certificates.folder import CertificateFolder
from hub.certificates.service import Certificates
from hub.console.trust import trust_app
from hub.listening.turned_away import TurnedAway

VENUE = ("192.168.1.20", 5)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    CertificateFolder(tmp_path).make(Names.of(["hub.lan"], ["192.168.1.5"]), datetime.now(UTC))
    opened = Certificates(tmp_path, SystemClock())
    opened.open()
    return opened


@pytest_asyncio.fixture
async def phone(certificates: Certificates) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(trust_app(certificates, 8470, ManualClock(), TurnedAway()), client=VENUE)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.lan:8471") as client:
        yield client


async def test_page_shows_the_fingerprint_to_compare_and_the_way_to_the_console(
    phone: httpx.AsyncClient, certificates: Certificates
) -> None:
    page = await phone.get("/trust")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.count(for_people(certificates.fingerprint)) == 2
    assert "先核对指纹" in page.text.split("<hr>")[0]
    assert "Compare the fingerprint" in page.text.split("<hr>")[1]
    assert 'href="https://hub.lan:8470/"' in page.text
    for device in ("安卓手机", "苹果手机", "Windows", "Linux"):
        assert device in page.text


async def test_certificate_comes_as_phones_take_it(phone: httpx.AsyncClient, certificates: Certificates) -> None:
    answer = await phone.get("/ca.pem")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    assert fingerprint(answer.content) == certificates.fingerprint
    ssl.create_default_context(cadata=answer.text)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/api/state"), ("POST", "/trust"), ("GET", "/ca.key"), ("PUT", "/ca.pem")],
)
async def test_it_serves_nothing_else(phone: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await phone.request(method, path)).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", '"><script>alert(1)</script>', "", "["])
async def test_what_the_reader_calls_the_hub_becomes_no_link_unless_its_certificate_names_it(
    phone: httpx.AsyncClient, host: str
) -> None:
    page = await phone.get("/trust", headers={"Host": host})
    assert "evil" not in page.text
    assert "<script" not in page.text


async def test_page_runs_no_script_and_its_style_is_the_one_that_its_policy_names(phone: httpx.AsyncClient) -> None:
    page = await phone.get("/trust")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe-inline" not in policy
    assert page.headers["cache-control"] == "no-store"


async def test_one_address_is_held_to_its_rate(phone: httpx.AsyncClient) -> None:
    answers = [(await phone.get("/ca.pem")).status_code for _ in range(3_010)]
    assert (answers.count(200), answers.count(429)) == (3_000, 10)
