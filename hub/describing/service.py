"""A photo handed in for an open case: who is in it and what the chosen one looks like. Nothing of it is kept."""

from __future__ import annotations

import base64
from collections import Counter
from zoneinfo import ZoneInfo

import msgspec

from devices.protocol.sightings import COLOURS, PATTERNS
from hub.access import audit
from hub.access.audit import Action
from hub.access.people import Person
from hub.cases.service import Cases
from hub.describing.keeper import ChildBusy, ChildFailed, DescribingChild
from hub.describing.messages import (
    Area,
    BodySeen,
    LookAtPhoto,
    PersonInPhoto,
    PersonLook,
    PhotoAnswer,
    PhotoLooked,
    PhotoRefused,
)
from hub.errors import Refusal
from hub.sightings import query
from hub.sightings.messages import Appearance, AppearanceStripes, Description, Query
from hub.storage.database import Database
from hub.storage.writer import Change

_LEAST_AREA = 0.005
"""Of the photo's width and height: a smaller box was a slip of the hand."""
_COLOUR_SHARE, _ANY_COLOUR_SHARE = 0.3, 0.2
"""A colour on so much of a garment is asked for; where none is, the largest from the second on."""
_PATTERN_SHARE, _LIKELY = 0.5, 0.6
_BODY_WORDS = {
    BodySeen.UPPER: ("照片里只看到上半身", "the photo shows the upper body alone"),
    BodySeen.LOWER: ("照片里只看到下半身", "the photo shows the lower body alone"),
    BodySeen.PART: ("照片里只看到身体的一部分，衣服说不准", "the photo shows a part of the body, clothes are not told"),
}
_ZONE = ZoneInfo("UTC")
"""A description has no times."""


class PhotoLookedAt(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on a photo: what was made of it, nothing of the photo itself."""

    people: int
    described: str | None


class Photos:
    """Looks at photos behind the cases' gate."""

    def __init__(self, cases: Cases, child: DescribingChild, database: Database) -> None:
        self._cases = cases
        self._child = child
        self._database = database
        self.looked_at = 0
        self.refused: Counter[str] = Counter()
        """By code."""

    async def look(self, case_id: str, photo: bytes, area: Area | None, person: Person) -> PhotoAnswer:
        """Who is in the photo, and the one in ``area``. Raises Refusal; what is told was audited before."""
        case = await self._cases.gate(case_id)
        try:
            found = await self._ask(photo, area)
        except Refusal as refusal:
            self.refused[refusal.code] += 1
            raise
        self.looked_at += 1
        answer = PhotoAnswer(people=found.people, person=None if found.person is None else in_words(found.person))
        described = None if answer.person is None else answer.person.words
        detail = PhotoLookedAt(people=len(answer.people), described=described)

        def change(open_change: Change) -> None:
            self._cases.must_be_open(open_change, case_id)
            audit.record(
                open_change,
                person.person_id,
                Action.LOOK_AT_PHOTO,
                detail=detail,
                case_id=case_id,
                purpose=case.purpose,
            )

        await self._database.write(change)
        return answer

    async def look_of_one(self, case_id: str, photo: bytes, person: Person) -> tuple[Appearance, ...]:
        """How the only person of a photo looks; nothing where there is none, or more than one. Raises as ``look``."""
        people = (await self.look(case_id, photo, None, person)).people
        if len(people) != 1:
            return ()
        one = people[0]
        area = Area(left=one.left, top=one.top, right=one.right, bottom=one.bottom)
        chosen = (await self.look(case_id, photo, area, person)).person
        return () if chosen is None else chosen.like

    async def _ask(self, photo: bytes, area: Area | None) -> PhotoLooked:
        if area is not None and (area.right - area.left < _LEAST_AREA or area.bottom - area.top < _LEAST_AREA):
            raise Refusal("box_too_small", "框太小或画反了", "the box is too small, or turned inside out", field="box")
        if not photo:
            raise Refusal("not_a_photo", "没有收到照片", "there is no photo in the request")
        try:
            answered = await self._child.ask(LookAtPhoto(photo=photo, area=area))
        except ChildBusy:
            raise Refusal(
                "photos_waiting",
                "正在看别的照片，请稍后再试",
                "other photos are being looked at, try again",
                status=503,
            ) from None
        except ChildFailed:
            raise Refusal(
                "photo_not_looked_at",
                "这张照片没看成，请再试一次；还不行请换一张",
                "this photo could not be looked at: try again, or take another",
                status=503,
            ) from None
        if isinstance(answered, PhotoRefused):
            raise Refusal(answered.code, answered.message, answered.message_en)
        assert isinstance(answered, PhotoLooked)
        if area is not None and answered.person is None:
            raise Refusal("box_too_small", "框里的像素太少，看不清人", "the box holds too few pixels", field="box")
        return answered


def in_words(look: PersonLook) -> PersonInPhoto:
    """The look as a question asks for it: colours and patterns that are surely there; no height, no age."""
    description = Description(
        upper=_colours(look.upper),
        lower=_colours(look.lower),
        upper_pattern=tuple(
            name for share, name in zip(look.upper_pattern, PATTERNS, strict=False) if share >= _PATTERN_SHARE
        ),
        backpack=True if (look.backpack or 0.0) >= _LIKELY else None,
        head_wear=True if (look.head_wear or 0.0) >= _LIKELY else None,
    )
    chinese, english = query.words(Query(description=description), _ZONE)
    partly = _BODY_WORDS.get(look.body)
    return PersonInPhoto(
        like=tuple(
            Appearance(
                describer=one.describer,
                descriptor=base64.b64encode(one.descriptor).decode(),
                stripes=_stripes(look) if place == 0 else None,
            )
            for place, one in enumerate(look.looks)
        ),
        description=description,
        body=look.body,
        words="；".join([*([chinese] if chinese else []), *([partly[0]] if partly else [])]),
        words_en="; ".join([*([english] if english else []), *([partly[1]] if partly else [])]),
    )


def _stripes(look: PersonLook) -> AppearanceStripes | None:
    if look.stripes is None:
        return None
    numbers = base64.b64encode(look.stripes.numbers).decode()
    return AppearanceStripes(measure=look.stripes.measure, numbers=numbers)


def _colours(shares: tuple[float, ...]) -> tuple[str, ...]:
    """The colours that are asked for, largest first; none where none is large enough to be told."""
    largest = sorted(zip(shares, COLOURS, strict=False), reverse=True)
    told = [name for share, name in largest if share >= _COLOUR_SHARE]
    if not told and largest and largest[0][0] >= _ANY_COLOUR_SHARE:
        told = [largest[0][1]]
    return tuple(told)
