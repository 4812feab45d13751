"""A bad link, simulated: a TCP proxy that stalls, slows, delays and cuts what goes between devices and their broker."""

from simulators.links.proxy import Direction, LinkProxy
from simulators.links.way import Conditions

__all__ = ["Conditions", "Direction", "LinkProxy"]
