"""Reading import files: a community as JSON, venues with radios as CSV; a bad row is named, good ones go in."""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Mapping
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hub.errors import Refusal
from hub.registry.records import CommunityFile, Radio, Record, Venue

_R = TypeVar("_R", bound=Record)
MAX_ROWS = 20_000
COLUMNS = ("venue_id", "name", "kind", "grid_id", "latitude", "longitude", "radio_id", "radio_name")
PHONE = "phone"
"""A column that may be left out: the numbers then stay as they are."""


class RowError(Record, frozen=True, kw_only=True):
    """One row that was left out, and why. ``row`` counts lines of the file from 1, the heading included."""

    row: int
    field: str | None
    message: str
    message_en: str


class VenueRows(Record, frozen=True, kw_only=True):
    """What a CSV file held."""

    venues: tuple[Venue, ...]
    radios: tuple[Radio, ...]
    errors: tuple[RowError, ...]
    has_phones: bool
    """Whether the file has the column: an empty cell then takes the number away."""


class ImportReport(Record, frozen=True, kw_only=True):
    """The answer to an import."""

    imported: int
    errors: tuple[RowError, ...]


def read_community(text: bytes) -> CommunityFile:
    """The community in a JSON import file. Raises Refusal naming the first field that is wrong."""
    try:
        found = msgspec.json.decode(text, type=CommunityFile)
    except msgspec.MsgspecError as error:
        raise Refusal("bad_community_file", f"社区文件有误：{error}", f"the community file is wrong: {error}") from None
    check_links(found)
    return found


def unsaid_phones(text: bytes) -> frozenset[str]:
    """The venues of a file that ``read_community`` took for which it has no field ``phone``: their numbers stay.

    One that is null takes the number away.
    """
    venues = msgspec.json.decode(text, type=_SaidOfPhones).venues
    return frozenset(venue.venue_id for venue in venues if venue.phone is msgspec.UNSET)


class _SaidOfPhone(msgspec.Struct):
    venue_id: str
    phone: str | msgspec.UnsetType | None = msgspec.UNSET


class _SaidOfPhones(msgspec.Struct):
    """As much of a community file as tells whether a number is left out or null."""

    venues: tuple[_SaidOfPhone, ...]


def check_links(found: CommunityFile) -> None:
    """Every reference must lead somewhere, every id stand once. Raises Refusal naming the first that does not."""
    try:
        ZoneInfo(found.community.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = found.community.time_zone
        raise Refusal("unknown_time_zone", f"没有时区 {zone!r}", f"no time zone {zone!r}", field="time_zone") from None
    police_grids = _unique("police_grid_id", [grid.police_grid_id for grid in found.police_grids])
    grids = _unique("grid_id", [grid.grid_id for grid in found.grids])
    venues = _unique("venue_id", [venue.venue_id for venue in found.venues])
    _unique("radio_id", [radio.radio_id for radio in found.radios])
    _unique("camera_id", [camera.camera_id for camera in found.cameras])
    owners = _unique("owner_id", [owner.owner_id for owner in found.owners])
    for grid in found.grids:
        _known("police_grid_id", grid.police_grid_id, police_grids)
    for venue in found.venues:
        _known("grid_id", venue.grid_id, grids)
    for radio in found.radios:
        _known("venue_id", radio.venue_id, venues)
    for camera in found.cameras:
        if camera.venue_id is not None:
            _known("venue_id", camera.venue_id, venues)
        if camera.owner_id is not None:
            _known("owner_id", camera.owner_id, owners)


def _unique(field: str, ids: list[str]) -> set[str]:
    seen: set[str] = set()
    for one in ids:
        _not_twice(field, one, seen)
        seen.add(one)
    return seen


def _not_twice(field: str, one: str, seen: Container[str]) -> None:
    if one in seen:
        raise Refusal("double_id", f"{field} {one} 出现了两次", f"{field} {one} stands twice", field=field)


def _known(field: str, one: str, ids: set[str]) -> None:
    if one not in ids:
        raise Refusal("unknown_reference", f"没有 {field} {one}", f"there is no {field} {one}", field=field)


def read_venues(text: str, grid_ids: frozenset[str]) -> VenueRows:
    """Venues and their radios from CSV with the heading COLUMNS, and perhaps PHONE.

    Raises Refusal for a file that is no such table.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), strict=True)
    try:
        return _rows(reader, grid_ids)
    except csv.Error as error:
        line = reader.reader.line_num
        raise Refusal("not_csv", f"第 {line} 行不是 CSV：{error}", f"line {line} is not CSV: {error}") from None


def _rows(reader: csv.DictReader[str], grid_ids: frozenset[str]) -> VenueRows:
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise Refusal(
            "missing_columns",
            f"缺少列：{'、'.join(missing)}",
            f"columns are missing: {', '.join(missing)}",
            field=missing[0],
        )
    has_phones = PHONE in (reader.fieldnames or ())
    venues: dict[str, Venue] = {}
    radios: dict[str, Radio] = {}
    errors: list[RowError] = []
    for row in reader:
        if len(venues) + len(errors) >= MAX_ROWS:
            raise Refusal("too_many_rows", f"最多 {MAX_ROWS} 行", f"at most {MAX_ROWS} rows")
        try:
            venue, radio = _row(row, grid_ids)
            _not_twice("venue_id", venue.venue_id, venues)
            if radio:
                _not_twice("radio_id", radio.radio_id, radios)
        except Refusal as refusal:
            errors.append(
                RowError(
                    row=reader.line_num,
                    field=refusal.field,
                    message=refusal.message,
                    message_en=refusal.message_en,
                )
            )
            continue
        venues[venue.venue_id] = venue
        if radio:
            radios[radio.radio_id] = radio
    return VenueRows(
        venues=tuple(venues.values()), radios=tuple(radios.values()), errors=tuple(errors), has_phones=has_phones
    )


def _row(row: dict[str, Any], grid_ids: frozenset[str]) -> tuple[Venue, Radio | None]:
    for column in (*COLUMNS, *({PHONE} & row.keys())):
        if row[column] is None:
            raise Refusal("short_row", f"这一行没有 {column}", f"this row has no {column}", field=column)
    if None in row:
        raise Refusal("long_row", "这一行的列太多", "this row has too many columns")
    if row["grid_id"] not in grid_ids:
        raise Refusal(
            "unknown_grid", f"没有网格 {row['grid_id']!r}", f"there is no grid {row['grid_id']!r}", field="grid_id"
        )
    phone = {PHONE: row[PHONE].strip()} if row.get(PHONE, "").strip() else {}
    venue = _convert({column: row[column].strip() for column in COLUMNS[:6]} | phone, Venue)
    if not row["radio_id"].strip():
        return venue, None
    name = row["radio_name"].strip() or f"{venue.name}对讲机"
    values = {"radio_id": row["radio_id"].strip(), "venue_id": venue.venue_id, "name": name}
    return venue, _convert(values, Radio, {"name": "radio_name"})


def _convert(values: dict[str, str], kind: type[_R], columns: Mapping[str, str] = MappingProxyType({})) -> _R:
    """The record. Raises Refusal naming the column, which is the field's own name but for those in ``columns``."""
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        text = str(error)
        field = text.rsplit("`$.", 1)[-1].rstrip("`")
        column = columns.get(field, field)
        raise Refusal("bad_field", f"{column}有误：{text}", text, field=column) from None
