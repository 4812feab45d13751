"""Broker addresses as people write them."""

from __future__ import annotations

import pytest

from devices.link import AddressError, BrokerAddress


def test_address_names_host_port_and_user() -> None:
    assert BrokerAddress.parse("mqtt://device@police.example:1884", "secret") == BrokerAddress(
        "police.example", 1884, "device", "secret"
    )


def test_port_is_1883_when_not_given() -> None:
    assert BrokerAddress.parse("mqtt://police.example").port == 1883


@pytest.mark.parametrize("url", ["police.example:1883", "http://police.example", "mqtt://", "mqtt://host:99999"])
def test_what_is_no_broker_address_is_refused_and_quoted(url: str) -> None:
    with pytest.raises(AddressError, match=url):
        BrokerAddress.parse(url)


def test_password_in_the_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(AddressError) as refused:
        BrokerAddress.parse("mqtt://device:geheim@police.example")
    assert "geheim" not in str(refused.value)


def test_password_is_not_shown() -> None:
    assert "geheim" not in repr(BrokerAddress("host", password="geheim"))
