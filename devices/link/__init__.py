"""A device's connection to the hub over MQTT 5: used alike by radios, cameras and vision workers."""

from devices.link.address import PASSWORD_VARIABLE, AddressError, BrokerAddress
from devices.link.link import Link, LinkTiming

__all__ = ["PASSWORD_VARIABLE", "AddressError", "BrokerAddress", "Link", "LinkTiming"]
