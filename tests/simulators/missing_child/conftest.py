"""A small scene without films, as the street in which the story is played."""

from __future__ import annotations

import msgspec
import pytest

from simulators.community.documents import community_document, map_document
from simulators.community.parameters import Parameters
from simulators.community.scene import make_scene, truth_of
from simulators.community.truth import FILE
from simulators.missing_child.street import Street

SIGHT_M = 25.0


@pytest.fixture(scope="package")
def street(tmp_path_factory: pytest.TempPathFactory) -> Street:
    folder = tmp_path_factory.mktemp("community")
    scene = make_scene(Parameters(seed=1, seconds=90, cameras=1, passers_by=0, dawdling=1.0))
    (folder / FILE).parent.mkdir()
    (folder / FILE).write_bytes(msgspec.json.encode(truth_of(scene)))
    (folder / "community.json").write_bytes(msgspec.json.encode(community_document(scene)))
    (folder / "map.geojson").write_bytes(msgspec.json.encode(map_document(scene)))
    return Street(folder, SIGHT_M)
