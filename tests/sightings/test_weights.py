"""What each field counts unless it is said otherwise, in the hub and in the console alike."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from hub.sightings.messages import Field, Weights

STORE = Path(__file__).parents[2] / "dashboards/console/src/search/store.ts"


def test_console_counts_from_what_the_hub_takes_as_usual() -> None:
    usual = re.search(r"const USUAL: [^{]*\{(.*?)\}", STORE.read_text("utf-8"), re.DOTALL)
    assert usual is not None
    told = {name: float(weight) for name, weight in re.findall(r"(\w+): ([\d.]+)", usual[1])}
    assert told == msgspec.structs.asdict(Weights())
    assert set(told) == {field.value for field in Field}
