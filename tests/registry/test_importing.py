"""Import files: bad rows are named by row and field, good ones go in."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Refusal
from hub.registry import importing
from hub.registry.importing import COLUMNS, VenueRows, read_community, read_venues
from hub.registry.records import VenueKind
from tests.hub import community

GRIDS = frozenset({"G1", "G2"})
GOOD = {
    "venue_id": "V1",
    "name": "悦来宾馆",
    "kind": "hotel",
    "grid_id": "G1",
    "latitude": "25.1",
    "longitude": "105.47",
    "radio_id": "R1",
    "radio_name": "前台",
}


def table(*rows: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read(*rows: dict[str, str]) -> VenueRows:
    return read_venues(table(*rows), GRIDS)


def test_row_becomes_a_venue_with_its_radio() -> None:
    found = read(GOOD)
    assert found.errors == ()
    (venue,), (radio,) = found.venues, found.radios
    assert (venue.venue_id, venue.name, venue.kind) == ("V1", "悦来宾馆", VenueKind.HOTEL)
    assert (venue.latitude, venue.longitude) == (25.1, 105.47)
    assert (radio.radio_id, radio.venue_id, radio.name) == ("R1", "V1", "前台")


def test_venue_without_a_radio_and_radio_without_a_name_go_in() -> None:
    found = read(GOOD | {"radio_id": " "}, GOOD | {"venue_id": "V2", "radio_name": ""})
    assert found.errors == ()
    assert [(radio.venue_id, radio.name) for radio in found.radios] == [("V2", "悦来宾馆对讲机")]


BAD: list[tuple[dict[str, str], str]] = [
    ({"kind": "bar"}, "kind"),
    ({"kind": ""}, "kind"),
    ({"grid_id": "G9"}, "grid_id"),
    ({"venue_id": ""}, "venue_id"),
    ({"venue_id": "三号"}, "venue_id"),
    ({"venue_id": "V" * 49}, "venue_id"),
    ({"name": ""}, "name"),
    ({"name": "长" * 65}, "name"),
    ({"latitude": "north"}, "latitude"),
    ({"latitude": "91"}, "latitude"),
    ({"latitude": "nan"}, "latitude"),
    ({"longitude": "-181"}, "longitude"),
    ({"longitude": ""}, "longitude"),
    ({"radio_id": "R/1"}, "radio_id"),
    ({"radio_name": "长" * 65}, "radio_name"),
    ({"venue_id": "V0"}, "venue_id"),
    ({"radio_id": "R0"}, "radio_id"),
]


@pytest.mark.parametrize(("change", "field"), BAD, ids=[str(change)[:40] for change, _ in BAD])
def test_bad_row_is_named_by_row_and_field_and_the_others_go_in(change: dict[str, str], field: str) -> None:
    first = GOOD | {"venue_id": "V0", "radio_id": "R0"}
    last = GOOD | {"venue_id": "V9", "radio_id": "R9"}
    found = read(first, GOOD | change, last)
    assert [venue.venue_id for venue in found.venues] == ["V0", "V9"]
    assert [radio.radio_id for radio in found.radios] == ["R0", "R9"]
    (error,) = found.errors
    assert (error.row, error.field) == (3, field)
    assert error.message and error.message_en


@pytest.mark.parametrize(("line", "field"), [("V1,悦来", "kind"), ("V1,悦来,hotel,G1,25,105,R1,前台,多余", None)])
def test_row_with_too_few_or_too_many_columns_is_named(line: str, field: str | None) -> None:
    found = read_venues(table() + line + "\r\n" + table(GOOD).splitlines()[1], GRIDS)
    assert [(error.row, error.field) for error in found.errors] == [(2, field)]
    assert len(found.venues) == 1


def test_byte_order_mark_of_a_spreadsheet_is_no_part_of_the_heading() -> None:
    assert read_venues("\ufeff" + table(GOOD), GRIDS).errors == ()


def test_all_130_venues_of_a_community_go_in() -> None:
    found = read(*(GOOD | {"venue_id": f"V{n:03}", "radio_id": f"R{n:03}"} for n in range(130)))
    assert (len(found.venues), len(found.radios), found.errors) == (130, 130, ())


@pytest.mark.parametrize("text", ["", "\n", "venue_id,name\nV1,x\n", "PK\x03\x04 no table at all"])
def test_file_without_the_heading_is_refused_naming_the_missing_columns(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_venues(text, GRIDS)
    assert refused.value.code == "missing_columns"
    assert "longitude" in refused.value.message_en


@pytest.mark.parametrize("text", ['venue_id,"name', table(GOOD) + '"open', table() + '"a"b,c\n'])
def test_broken_quoting_is_refused_naming_the_line(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_venues(text, GRIDS)
    assert refused.value.code == "not_csv"
    assert f"line {text.count(chr(10)) + (not text.endswith(chr(10)))} " in refused.value.message_en


def test_more_rows_than_may_be_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MAX_ROWS", 2)
    rows = [GOOD | {"venue_id": f"V{n}", "radio_id": f"R{n}"} for n in range(3)]
    assert len(read(*rows[:2]).venues) == 2
    with pytest.raises(Refusal, match="at most 2 rows"):
        read(*rows)


@given(st.text())
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    for whole in (text, table() + text):
        try:
            found = read_venues(whole, GRIDS)
        except Refusal as refusal:
            assert refusal.message and refusal.message_en
        else:
            assert found.venues == () or found.errors == ()


def document(**changes: Any) -> bytes:
    return msgspec.json.encode({**msgspec.to_builtins(community()), **changes})


def test_community_file_is_read_whole() -> None:
    assert read_community(document()) == community()


PLACE = {"name": "栖凤", "latitude": 25.1, "longitude": 105.4, "time_zone": "Asia/Shanghai"}
GRID = {"grid_id": "G1", "name": "一", "police_grid_id": "P1"}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"grids": [GRID, GRID]}, "grid_id G1 stands twice"),
        ({"grids": [GRID | {"police_grid_id": "P9"}]}, "there is no police_grid_id P9"),
        ({"grids": [GRID]}, "there is no grid_id G2"),
        ({"radios": [{"radio_id": "R1", "venue_id": "V99", "name": "x"}]}, "there is no venue_id V99"),
        ({"cameras": [{"camera_id": "C1", "name": "x", "venue_id": "V99"}]}, "there is no venue_id V99"),
        ({"cameras": [{"camera_id": "C1\n", "name": "x"}]}, r"cameras\[0\].camera_id"),
        ({"community": PLACE | {"latitude": 95}}, r"community.latitude"),
        ({"community": PLACE | {"time_zone": "Mars/Olympus"}}, "no time zone 'Mars/Olympus'"),
        ({"community": PLACE | {"time_zone": "../etc/passwd"}}, "no time zone"),
        ({"venues": "none"}, "venues"),
    ],
)
def test_community_file_with_a_fault_is_refused_naming_it(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(Refusal, match=what):
        read_community(document(**changes))


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 100_000])
def test_what_is_no_community_file_is_refused(text: bytes) -> None:
    with pytest.raises(Refusal):
        read_community(text)


@pytest.mark.parametrize("url", ["pipe:0", "ftp://h/1", "films/1.mp4", "", "/" + "x" * 2000])
def test_camera_address_that_cannot_be_is_refused_in_a_community_too(url: str) -> None:
    found = msgspec.to_builtins(community())
    found["cameras"][0]["url"] = url
    with pytest.raises(Refusal, match=r"cameras\[0\]\.url|cameras\[\.\.\.\]\.url"):
        read_community(msgspec.json.encode(found))


@pytest.mark.parametrize("phone", ["0859-5220001", "+8613900000000", "110", "sip:wutong@192.168.1.20:5060", ""])
def test_venue_has_the_telephone_of_its_row(phone: str) -> None:
    found = read_venues(",".join((*COLUMNS, "phone")) + "\n" + ",".join((*GOOD.values(), phone)) + "\n", GRIDS)
    assert (found.has_phones, [one.phone for one in found.venues]) == (True, [phone or None])


@pytest.mark.parametrize("phone", ["call me", "110;audio=x", "sip:a@b\r\n/quit", "tel:110", "sip:a b@c", "1" * 40])
def test_telephone_that_could_be_more_than_a_number_is_refused(phone: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(((*COLUMNS, "phone"), (*GOOD.values(), phone)))
    found = read_venues(text.getvalue(), GRIDS)
    assert ([one.field for one in found.errors], found.venues) == (["phone"], ())
