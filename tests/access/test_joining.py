"""The address behind a QR code: one that a phone can reach, with what proves the right hub."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hub.access.joining import join_link


@dataclass
class Certified:
    names: tuple[str, ...]
    fingerprint: str = "ab" * 32


@pytest.mark.parametrize(
    ("asked_at", "names", "expected"),
    [
        ("https://hub.lan:8470/", ("hub.lan", "10.0.0.2"), "https://hub.lan:8470"),
        ("https://127.0.0.1:8470/", ("localhost", "hub.lan", "*.lan"), "https://hub.lan:8470"),
        ("https://127.0.0.1:8470/", ("police.lan", "localhost", "10.0.0.2"), "https://police.lan:8470"),
        ("https://127.0.0.1:8470/", ("localhost", "192.168.1.5", "172.31.83.2"), "https://192.168.1.5:8470"),
        ("https://[fd00::2]/", ("fd00::2",), "https://[fd00::2]"),
        ("https://localhost:8470/", ("localhost", "127.0.0.1"), "https://localhost:8470"),
    ],
)
def test_link_names_the_hub_as_a_phone_can_reach_it(asked_at: str, names: tuple[str, ...], expected: str) -> None:
    certified = Certified(names)
    assert join_link(asked_at, "CODE", certified) == f"{expected}/join#p=CODE&f={certified.fingerprint}"


def test_without_tls_there_is_no_fingerprint() -> None:
    assert join_link("http://127.0.0.1:8470/", "CODE", None) == "http://127.0.0.1:8470/join#p=CODE"
