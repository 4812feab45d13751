"""What tests of the community share: the demo's scene, and a small one that is rendered once."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.community.build import build
from simulators.community.parameters import Parameters
from simulators.community.scene import Scene, make_scene, truth_of
from simulators.community.truth import Truth

SMALL = Parameters(seed=1, seconds=20, cameras=2, passers_by=40)


@pytest.fixture(scope="session")
def scene() -> Scene:
    return make_scene(Parameters())


@pytest.fixture(scope="session")
def truth(scene: Scene) -> Truth:
    return Truth(truth_of(scene))


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("community")
    build(folder, SMALL, lambda progress: None)
    return folder
