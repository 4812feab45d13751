"""A device's connection to the hub over MQTT 5: used alike by radios, cameras and vision workers."""

from devices.link.address import AddressError, BrokerAddress
from devices.link.credential import Credential, CredentialError
from devices.link.link import Link, LinkTiming

__all__ = [
    "AddressError",
    "BrokerAddress",
    "Credential",
    "CredentialError",
    "Link",
    "LinkTiming",
]
