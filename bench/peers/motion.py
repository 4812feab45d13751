"""``python -m bench.peers.motion``: the hub's motion beside OpenCV's MOG2 and KNN, on the same pictures.

Each way gets the same grey pictures of 480x360, five a second as the product takes them (labelled footage of fewer,
or of very few pictures: all of them). MOG2 and KNN run with OpenCV's own settings, once on the whole picture and once
on the hub's small one; what they take for shadow is left out, specks are taken away by a median filter. Clips:
simulated cameras, simulated crowds from the first picture on, and labelled footage in MOTChallenge's layout where there
is some (``--footage DIR``). ``found`` is the share of moving persons with motion in at least a tenth of their box;
``inside`` the share of the moving area that is within somebody's box; ``settled_after_s`` from when on, for a second,
80 % are found and at most 2 % of the picture, or a fifth of what moves, is nobody's (a crowd's shadows are more). Hard
scenes are laid over clips after 8 s; ``wrong`` is the share of the picture outside of everybody's box that moves, from
3 s after the scene's change on; ``woken`` the share of pictures without anybody in which anything moves.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import msgspec

from bench.peers.motion_clips import PACE_HZ, Clip, labelled_clip, simulated_clip
from bench.peers.motion_scenes import BEGINS_S, SCENES, HardScene
from bench.peers.motion_ways import WAYS, Watched, floor_ms, watch
from simulators.community.build import build
from simulators.community.parameters import Parameters

GOAL_CPU_MS = 0.6
GOAL_SETTLED_S = 3.0
GOAL_WRONG = 0.02
SCORED_FROM_S = 1.0
_CROWD = Parameters(seed=11, seconds=30, cameras=2, passers_by=400)
"""Eight people and more on each camera in the first picture."""
_CALM = (("C01", 0.0, 40.0), ("C04", 60.0, 100.0), ("C11", 100.0, 140.0))
_HARD = (("C02", 0.0, 30.0), ("C10", 40.0, 70.0))
"""No constant of the hub's was chosen on these films; on the labelled footage some were looked at."""
_SHORT_S = 5.0
"""A clip that is shorter is shown whole, at its own pace."""


def clips(films: Path, crowds: Path, footage: Path | None) -> Iterator[Clip]:
    """All that is compared on."""
    for camera_id, from_s, to_s in _CALM:
        yield simulated_clip(films, camera_id, from_s, to_s)
    for camera_id in ("C01", "C02"):
        clip = simulated_clip(crowds, camera_id, 0.0, 30.0)
        yield Clip(f"crowd {clip.name}", clip.pictures, clip.at_s, clip.people)
    if footage is not None:
        for sequence in sorted(path.parent for path in footage.glob("*/gt")):
            clip = labelled_clip(sequence)
            yield clip if clip.at_s[-1] >= _SHORT_S else labelled_clip(sequence, float("inf"))


def hard_clips(films: Path, footage: Path | None) -> Iterator[Clip]:
    """Those that hard scenes are laid over."""
    for camera_id, from_s, to_s in _HARD:
        yield simulated_clip(films, camera_id, from_s, to_s)
    if footage is not None:
        for sequence in sorted(path.parent for path in footage.glob("*/gt")):
            clip = labelled_clip(sequence)
            if clip.at_s[-1] >= BEGINS_S + 2 * _SHORT_S:
                yield clip.between(0.0, 30.0)


class ClipFigures(msgspec.Struct, frozen=True):
    """What one way showed of one clip; the module says what each is. Processor time of one thread, milliseconds."""

    cpu_ms: float
    cpu_p95_ms: float
    found: float | None
    inside: float | None
    settled_after_s: float | None
    told_settled_s: float | None


class HardFigures(msgspec.Struct, frozen=True):
    """What one way showed of one hard scene, over all the clips that it is laid on; seconds from the change's end."""

    wrong: float
    found: float | None
    woken: float | None
    calm_after_s: float | None
    told_settled_after_s: float
    cpu_ms: float


def compare(every: Iterator[Clip], ways: Sequence[str]) -> dict[str, dict[str, ClipFigures]]:
    """Each clip by each way."""
    found: dict[str, dict[str, ClipFigures]] = {}
    for clip in every:
        _say(clip.name)
        found[clip.name] = {name: _figures(watch(name, clip)) for name in ways}
    return found


def _figures(watched: Watched) -> ClipFigures:
    scored = watched.after(SCORED_FROM_S)
    return ClipFigures(
        cpu_ms=round(watched.cpu_ms, 3),
        cpu_p95_ms=round(watched.cpu_p95_ms, 3),
        found=_rounded(scored.found),
        inside=_rounded(scored.inside),
        settled_after_s=watched.settled_after_s,
        told_settled_s=watched.told_settled_s,
    )


def compare_hard(bases: Iterator[Clip], ways: Sequence[str]) -> dict[str, dict[str, HardFigures]]:
    """Each hard scene by each way."""
    runs: dict[str, dict[str, list[Watched]]] = {scene.name: {name: [] for name in ways} for scene in SCENES}
    for number, base in enumerate(bases):
        for scene in SCENES:
            clip = scene.over(base, number + 1)
            _say(clip.name)
            for name in ways:
                runs[scene.name][name].append(watch(name, clip))
    return {scene.name: {name: _hard(watched, scene) for name, watched in runs[scene.name].items()} for scene in SCENES}


def _hard(runs: Sequence[Watched], scene: HardScene) -> HardFigures:
    ended_s = BEGINS_S + scene.lasts_s
    late = [run.after(ended_s + GOAL_SETTLED_S) for run in runs]
    wrong = [share for run in late for share in run.wrong]
    woken = [moved for run in late for moved in run.woken]
    calm = [run.after(ended_s).calm_after_s(GOAL_WRONG) for run in runs]
    return HardFigures(
        wrong=round(sum(wrong) / len(wrong), 4),
        found=_rounded(sum(run.hits for run in late) / max(sum(run.wanted for run in late), 1)),
        woken=_rounded(sum(woken) / len(woken) if woken else None),
        calm_after_s=None if None in calm else max(round(at_s - ended_s, 2) for at_s in calm if at_s is not None),
        told_settled_after_s=max(run.told_settled_again_s(ended_s) for run in runs),
        cpu_ms=round(sum(run.cpu_ms for run in runs) / len(runs), 3),
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def goals(calm: dict[str, dict[str, ClipFigures]], hard: dict[str, dict[str, HardFigures]]) -> dict[str, bool]:
    """Whether the hub's own way meets them."""
    clips_of_ours = [figures["ours"] for figures in calm.values()]
    scenes_of_ours = [figures["ours"] for figures in hard.values()]
    settled = [max(one.settled_after_s or math.inf, one.told_settled_s or math.inf) for one in clips_of_ours]
    return {
        f"cpu_at_most_{GOAL_CPU_MS}_ms": all(one.cpu_ms <= GOAL_CPU_MS for one in clips_of_ours),
        f"settled_within_{GOAL_SETTLED_S:g}_s": max(settled) <= GOAL_SETTLED_S,
        f"wrong_at_most_{GOAL_WRONG}": all(one.wrong <= GOAL_WRONG for one in scenes_of_ours),
        f"settled_again_within_{GOAL_SETTLED_S:g}_s": all(
            one.told_settled_after_s <= GOAL_SETTLED_S for one in scenes_of_ours
        ),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=Path, default=Path("var/community"), help="simulated cameras; made if missing")
    parser.add_argument("--crowds", type=Path, default=Path("var/crowd"), help="simulated crowds; made if missing")
    parser.add_argument("--footage", type=Path, help="a folder of sequences in MOTChallenge's layout")
    parser.add_argument("--way", action="append", choices=list(WAYS), help="only this; may be given again")
    parser.add_argument("--json", action="store_true", help="print one line")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    build(given.films, Parameters(), lambda progress: None)
    build(given.crowds, _CROWD, lambda progress: None)
    ways = given.way or list(WAYS)
    calm = compare(clips(given.films, given.crowds, given.footage), ways)
    hard = compare_hard(hard_clips(given.films, given.footage), ways)
    found: dict[str, object] = {"pace_hz": PACE_HZ, "clips": calm, "hard": hard, "floor_ms": floor_ms()}
    if "ours" in ways:
        found["goals"] = goals(calm, hard)
    print(json.dumps(msgspec.to_builtins(found), indent=None if given.json else 1, ensure_ascii=False))


if __name__ == "__main__":
    main()
