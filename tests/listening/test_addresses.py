"""Where a connection or request comes from: networks, this machine, and proxies that speak for others."""

from __future__ import annotations

import pytest

from hub.listening.addresses import address_of, is_this_machine, network_of, plain_address


@pytest.mark.parametrize(
    ("address", "plain"),
    [("::ffff:192.168.1.5", "192.168.1.5"), ("192.168.1.5", "192.168.1.5"), ("fe80::1%eth0", "fe80::1%eth0"), ("", "")],
)
def test_ipv4_written_as_ipv6_is_the_same_address(address: str, plain: str) -> None:
    assert plain_address(address) == plain


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_subscribers_whole_network_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("address", "is_here"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("127.8.0.1", False), ("192.0.2.7", False),
     ("::ffff:192.0.2.7", False), ("localhost.example", False), ("", False)],
)  # fmt: skip
def test_addresses_that_the_hubs_own_commands_come_from_are_this_machine(address: str, is_here: bool) -> None:
    assert is_this_machine(address) is is_here


@pytest.mark.parametrize("name", [b"forwarded", b"x-forwarded-for", b"via"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_request_that_a_proxy_of_this_machine_passes_on_is_not_this_machines(name: bytes, address: str) -> None:
    bare = {"client": (address, 5), "headers": [(b"host", b"hub.lan")]}
    assert is_this_machine(address_of(bare))
    assert address_of(bare | {"headers": [(name, b"127.0.0.1")]}) == f"proxy {address}"
    assert not is_this_machine(address_of(bare | {"headers": [(name, b"127.0.0.1")]}))


def test_nobody_elsewhere_is_believed_who_says_to_speak_for_another_address() -> None:
    scope = {"client": ("192.0.2.7", 5), "headers": [(b"x-forwarded-for", b"127.0.0.1")]}
    assert address_of(scope) == "192.0.2.7"
    assert address_of({"client": None, "headers": []}) == ""
