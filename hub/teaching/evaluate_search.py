"""``qianshao evaluate search --taught``: how people are found, and whole paths are, by what was learned on their site.

Each community that is searched is taught by another day of it (``python -m simulators.community --day 1``): the same
cameras, other people. Taught and judged as the product does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.sightings.path.evaluation.measuring import SearchReport, measure
from hub.sightings.path.evaluation.scene import Scene, Seen, open_scene, watch_films
from hub.sightings.path.weighing import learned as learned_weighing
from hub.teaching.evaluate import taught_by, watched
from hub.teaching.judging import Verdict
from hub.teaching.learning import Learned
from hub.vision.description.describer import Describer
from hub.vision.description.naming import LEARNED, name_of
from hub.vision.description.projecting import Projections
from hub.vision.detection.detections import Detector


@dataclass(frozen=True)
class TaughtSearchReport:
    """``verdicts``: of each site's judge, which is told no truth. ``before``: by the shipped descriptor; ``after``: by
    what each site learned, taken or not; ``in_use``: by what it learned where its judge took it."""

    verdicts: list[Verdict]
    taken: int
    before: SearchReport
    after: SearchReport
    in_use: SearchReport


def evaluate_taught_search(
    folders: Sequence[Path], taught: Sequence[Path], detector: Detector, describer: Describer
) -> TaughtSearchReport:
    """``taught``: of each of ``folders`` the day that teaches. Raises ValueError where there are not as many."""
    if len(folders) != len(taught):
        raise ValueError(f"{len(taught)} communities teach {len(folders)}: give one --taught for each --truth")
    verdicts: list[Verdict] = []
    before: list[Scene] = []
    after: list[Scene] = []
    with tempfile.TemporaryDirectory() as directory:
        for number, (folder, teacher) in enumerate(zip(folders, taught, strict=True)):
            store = Path(directory) / str(number)
            store.mkdir()
            learned, verdict = taught_by(watched(teacher, detector, describer).tracks)
            verdicts.append(verdict)
            seen = list(watch_films(folder, detector, describer))
            before.append(open_scene(folder, store / "before", seen))
            after.append(open_scene(folder, store / "after", _by(learned, seen, store)))
        in_use = [
            late if verdict.is_better else early for early, late, verdict in zip(before, after, verdicts, strict=True)
        ]
        reports = (measure(scenes, learned_weighing()) for scenes in (before, after, in_use))
        return TaughtSearchReport(verdicts, sum(verdict.is_better for verdict in verdicts), *reports)


def _by(learned: Learned, seen: Sequence[Seen], folder: Path) -> list[Seen]:
    """The same sightings, described by what was learned, as the hub describes what comes in."""
    file = folder / f"learned{LEARNED}"
    learned.write(file)
    name, projections = name_of(str(file)), Projections()
    projections.take_on({name: str(file)})
    described = projections.described([one.sighting for one in seen], name)
    return [Seen(sighting, one.person_id) for sighting, one in zip(described, seen, strict=True)]
