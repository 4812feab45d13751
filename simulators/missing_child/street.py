"""The simulated street: who is where when by the seed's truth, whom each door sees, who looks like the child."""

from __future__ import annotations

import time
from itertools import starmap
from pathlib import Path

import msgspec
import numpy as np

from hub.missing_child.words import SEEN_JUST_NOW
from hub.registry.records import CommunityFile
from hub.sightings.colour_words import CHINESE
from hub.streets.network import Ground, Points, read_streets
from hub.streets.service import WALKING_M_S
from simulators.community.ground import Line, Point
from simulators.community.truth import PersonTruth, Truth, load
from simulators.missing_child.sight import Encounter, Sight, encounters, pieces


class _Geometry(msgspec.Struct):
    type: str
    coordinates: msgspec.Raw


class _Properties(msgspec.Struct):
    kind: str


class _Feature(msgspec.Struct):
    geometry: _Geometry
    properties: _Properties


class _Map(msgspec.Struct):
    features: list[_Feature]


class Street:
    """One seed's scene as those see it who stand in it. Scene times are seconds since its beginning."""

    def __init__(self, community_dir: Path, sight_m: float) -> None:
        """Raises OSError, TruthError, msgspec.MsgspecError."""
        self.truth: Truth = load(community_dir)
        community = msgspec.json.decode((community_dir / "community.json").read_bytes(), type=CommunityFile)
        ground = Ground(community.community.latitude, community.community.longitude)
        self.venue_of = {radio.radio_id: radio.venue_id for radio in community.radios}
        self.place_of = {venue.venue_id: (venue.latitude, venue.longitude) for venue in community.venues}
        """Latitude and longitude of each venue, degrees."""
        self.names = {venue.venue_id: venue.name for venue in community.venues}
        self.doors: dict[str, Points] = {
            venue.venue_id: ground.metres(np.array([[venue.latitude, venue.longitude]]))[0]
            for venue in community.venues
        }
        walks = {one.person_id: one for one in self.truth.scene.walks}
        children = [person for person in self.truth.scene.people if person.kind != "adult"]
        self._step_s = walks[children[0].person_id].step_s
        self._walks: dict[str, Points] = {
            child.person_id: ground.metres(np.array(walks[child.person_id].places)) for child in children
        }
        self._sight = Sight(_streets(community_dir, ground), sight_m)
        self._network = read_streets((community_dir / "map.geojson").read_bytes(), ground)
        self.t0_wall_us = 0
        """When the scene began, once the cameras play it."""

    @property
    def child(self) -> PersonTruth:
        """Who is missing."""
        return self.truth.people[self.truth.missing_child_id]

    @property
    def words(self) -> str:
        """What her mother says of her: clothes and size."""
        upper, lower = (CHINESE[one] for one in (self.child.upper, self.child.lower))
        return f"{upper}上衣，{lower}裤子，身高{self.child.height_m:.2f}米的孩子"

    @property
    def now_s(self) -> float:
        """Where the scene is."""
        return (time.time_ns() / 1000 - self.t0_wall_us) / 1e6

    def seen_from(self, venue_id: str) -> list[Encounter]:
        """Which children come into sight of a venue's door, in order of time."""
        return encounters(self._sight, self.doors[venue_id], self._walks, self._step_s)

    def seen_on_the_way(self, from_venue_id: str, to_venue_id: str, leaves_s: float) -> list[Encounter]:
        """The same of who stands at one door until then, walks to the other, and stands there."""
        way = Line.through(list(starmap(Point, self._network.way(self.doors[from_venue_id], self.doors[to_venue_id]))))
        steps = len(self._walks[self.truth.missing_child_id])
        walked_m = WALKING_M_S * (np.arange(steps) * self._step_s - leaves_s).clip(0.0)
        return encounters(self._sight, way.at(walked_m), self._walks, self._step_s)

    def venue_named(self, text: str) -> str | None:
        """The venue to which an alert sends whoever reads it; None: he stays at his door."""
        sent = [one for one, name in self.names.items() if SEEN_JUST_NOW.partition("{place}")[0] + name in text]
        return max(sent, key=lambda venue_id: len(self.names[venue_id]), default=None)

    def child_at(self, scene_s: float) -> Points:
        """Where the child truly is: metres east and north (2,)."""
        walk = self._walks[self.truth.missing_child_id]
        place: Points = walk[min(round(scene_s / self._step_s), len(walk) - 1)]
        return place

    def venue_nearest_to_child(self, scene_s: float) -> str:
        """The venue whose door was nearest to her."""
        place = self.child_at(scene_s)
        return min(self.doors, key=lambda venue_id: float(np.hypot(*(self.doors[venue_id] - place))))

    def apart_m(self, one_s: float, other_s: float) -> float:
        """How far from each other, straight, she was at two times."""
        return round(float(np.hypot(*(self.child_at(one_s) - self.child_at(other_s)))), 1)

    def is_alike(self, person_id: str) -> bool:
        """Whether somebody wears one of the child's colours where she does."""
        person = self.truth.people[person_id]
        return person.upper == self.child.upper or person.lower == self.child.lower


def _streets(community_dir: Path, ground: Ground) -> Points:
    """The straight pieces of the map's streets."""
    found = msgspec.json.decode((community_dir / "map.geojson").read_bytes(), type=_Map)
    return pieces(
        [
            ground.metres(np.array(msgspec.json.decode(one.geometry.coordinates))[:, ::-1])
            for one in found.features
            if one.properties.kind == "street"
        ]
    )
