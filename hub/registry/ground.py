"""The community's map for somebody who has only some of its places: the ground that lies open, and their own grids."""

from __future__ import annotations

from collections.abc import Set

import msgspec

OPEN = frozenset({"boundary", "water", "green", "street"})
"""Kinds of features that anybody can see in the street, with their names."""


class _Properties(msgspec.Struct, omit_defaults=True):
    kind: str
    name: str | None = None
    grid_id: str | None = None


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: msgspec.Raw
    type: str = "Feature"


class _Features(msgspec.Struct):
    features: list[msgspec.Raw]
    type: str = "FeatureCollection"


def ground_of(map_geojson: bytes, grid_ids: Set[str]) -> bytes:
    """As much of a map (GeoJSON, a FeatureCollection) as whoever has these grids, or venues in them, may see.

    Buildings lose their names, which would list the venues; of what this text does not name nothing is left.
    """
    whole = msgspec.json.decode(map_geojson, type=_Features)
    shown = (_shown(feature, grid_ids) for feature in whole.features)
    return msgspec.json.encode(_Features([msgspec.Raw(one) for one in shown if one is not None]))


def _shown(feature: msgspec.Raw, grid_ids: Set[str]) -> bytes | None:
    try:
        found = msgspec.json.decode(feature, type=_Feature)
    except msgspec.MsgspecError:  # of no kind, or not as docs/api.md has it
        return None
    properties = found.properties
    if properties.kind in OPEN:
        properties.grid_id = None
    elif properties.kind == "building":
        found.properties = _Properties(kind="building")
    elif properties.kind != "grid" or properties.grid_id not in grid_ids:
        return None
    return msgspec.json.encode(found)
