"""How long what was an SOS is kept."""

from __future__ import annotations

from pathlib import Path

from devices.protocol.sos import SosState
from hub.storage.writer import Change
from hub.talk.sos_records import forget_sos, insert_sos, load_sos
from tests.hub import open_database


async def test_closed_sos_is_forgotten_in_time_and_an_open_one_never(tmp_path: Path) -> None:
    times = {"open": None, "closed-long-ago": 1_999, "closed-lately": 2_000}

    def keep(change: Change) -> None:
        for sos_id, closed_at_us in times.items():
            state = SosState.OPEN if closed_at_us is None else SosState.CLOSED
            values = {
                "sos_id": sos_id,
                "radio_id": "R01",
                "radio_name": "对讲机1",
                "venue_id": "V01",
                "venue_name": "场所1",
                "group_id": "grid-G1",
                "state": state.value,
                "raised_at_us": 1_000,
                "closed_at_us": closed_at_us,
            }
            insert_sos(change.connection, values)

    async with open_database(tmp_path) as database:
        await database.write(keep)
        assert await forget_sos(database, 2_000) == 1
        left = await database.read(lambda connection: load_sos(connection, 500))
    assert {sos.sos_id for sos in left} == {"open", "closed-lately"}
