"""``python -m simulators.community --out DIR``: make a community; progress and result as JSON lines."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

from simulators.community.build import BuildError, Progress, build
from simulators.community.parameters import ParameterError, Parameters
from simulators.community.truth import load


def main() -> int:
    """Exit code 0 when the folder is complete, 2 for bad parameters, 1 for anything else that went wrong."""
    parser = argparse.ArgumentParser(prog="python -m simulators.community", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder to make")
    parser.add_argument("--seed", type=int, default=Parameters.seed)
    parser.add_argument("--seconds", type=int, default=Parameters.seconds, help="length of the scene")
    parser.add_argument("--cameras", type=int, default=Parameters.cameras)
    parser.add_argument("--passers-by", type=int, default=Parameters.passers_by)
    parser.add_argument(
        "--dawdling",
        type=float,
        default=Parameters.dawdling,
        help="share of the children who stop and turn back, 0 to 1",
    )
    parser.add_argument("--day", type=int, default=Parameters.day, help="of the same streets: other people walk there")
    parser.add_argument("--processes", type=int, default=None, help="rendering processes; default: one per core")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        parameters = Parameters(
            options.seed, options.seconds, options.cameras, options.passers_by, options.dawdling, options.day
        )
    except ParameterError as error:
        print(json.dumps({"error": str(error)}), file=sys.stderr)
        return 2
    try:
        built = build(options.out, parameters, _tell, options.processes)
    except (BuildError, OSError) as error:
        print(json.dumps({"error": str(error)}), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(json.dumps({"error": "interrupted; start again to go on"}), file=sys.stderr)
        return 1
    truth = load(options.out)
    summary = {
        "folder": str(built.folder),
        "reused": built.reused,
        "elapsed_s": built.elapsed_s,
        "megabytes": round(sum(built.manifest.film_bytes.values()) / 1e6, 1),
        "child_cameras_true": truth.cameras_passed(truth.missing_child_id),
    }
    print(json.dumps(summary), flush=True)
    return 0


def _tell(progress: Progress) -> None:
    done = {"frames_done": progress.frames_done, "frames_total": progress.frames_total, "elapsed_s": progress.elapsed_s}
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    sys.exit(main())
