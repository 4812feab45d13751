"""The tours' room: which patrol tours there are, and that two who save at once do not overwrite one another."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from hub.access import audit
from hub.errors import Refusal
from hub.storage.database import Database
from hub.storage.writer import Change
from hub.tours.messages import Tour, Tours, ToursSet
from hub.tours.tables import tour_lists


class TourRoom:
    """Keeps the patrol tours of the community."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Tours:
        """In the order in which the console shows them."""
        t = tour_lists.c
        kept = await self._database.read(lambda connection: connection.execute(sa.select(t.version, t.tours)).first())
        if kept is None:
            return Tours(version=0, tours=())
        return Tours(version=kept.version, tours=msgspec.json.decode(kept.tours, type=tuple[Tour, ...]))

    async def set_all(self, tours: Tours, by: str) -> Tours:
        """Have these and no others, a version on. Raises Refusal: not the present version, a name or camera twice."""
        names = tuple(one.name.strip() for one in tours.tours)
        if not all(names):
            raise Refusal("bad_field", "巡视方案要有名称", "a tour has a name", field="name")
        _refuse_twice("tour_twice", "巡视方案“{}”有两个", "there are two tours {}", names)
        for tour in tours.tours:
            words = (f"“{tour.name}”里摄像头 {{}} 有两次", f"the tour {tour.name} has the camera {{}} twice")
            _refuse_twice("camera_twice", *words, tour.camera_ids)
        kept = Tours(version=tours.version + 1, tours=tours.tours)

        def change(open_change: Change) -> None:
            now = open_change.connection.execute(sa.select(tour_lists.c.version)).scalar_one_or_none() or 0
            if now != tours.version:
                words = ("别人刚改过巡视方案，请看过最新的再保存", "the tours were saved by somebody else meanwhile")
                raise Refusal("tours_changed", *words, field="version", status=409)
            row = {"tours": msgspec.json.encode(kept.tours), "set_by": by, "set_at_us": open_change.at_us}
            open_change.connection.execute(sa.delete(tour_lists))
            open_change.connection.execute(sa.insert(tour_lists).values(version=kept.version, **row))
            detail = ToursSet(version=kept.version, names=names)
            audit.record(open_change, by, audit.Action.SET_TOURS, detail=detail)

        await self._database.write(change)
        return kept


def _refuse_twice(code: str, message: str, message_en: str, found: tuple[str, ...]) -> None:
    twice = next((one for number, one in enumerate(found) if one in found[:number]), None)
    if twice is not None:
        raise Refusal(code, message.format(twice), message_en.format(twice), field="tours")
