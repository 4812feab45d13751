"""The address behind a QR code: one that a phone can reach, with what proves the right hub."""

from __future__ import annotations

import pytest

from hub.access.joining import JoinLinks, Joins

PRINT = "ab" * 32


@pytest.mark.parametrize(
    ("asked_at", "names", "expected"),
    [
        ("https://hub.lan:8470/", ("hub.lan", "10.0.0.2"), f"https://hub.lan:8470/join#p=CODE&f={PRINT}"),
        ("https://127.0.0.1:8470/", ("localhost", "hub.lan", "*.lan"), f"https://hub.lan:8470/join#p=CODE&f={PRINT}"),
        ("https://[fd00::2]/", ("fd00::2",), f"https://[fd00::2]/join#p=CODE&f={PRINT}"),
        ("https://localhost:8470/", ("localhost", "127.0.0.1"), f"https://localhost:8470/join#p=CODE&f={PRINT}"),
    ],
)
def test_link_names_the_hub_as_a_phone_can_reach_it(asked_at: str, names: tuple[str, ...], expected: str) -> None:
    assert JoinLinks(lambda: names, lambda: PRINT).link(asked_at, Joins.PERSON, "CODE") == expected


def test_without_tls_there_is_no_fingerprint() -> None:
    links = JoinLinks(lambda: (), lambda: "")
    assert links.link("http://127.0.0.1:8470/", Joins.DEVICE, "CODE") == "http://127.0.0.1:8470/join#d=CODE"
