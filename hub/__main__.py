"""``qianshao`` and ``python -m hub``: the command line. The watchdog is a small process and loads nothing else."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the command."""
    if sys.argv[1:2] == ["watchdog"]:
        from hub.watchdog.__main__ import main as watch

        watch(sys.argv[2:])
    else:
        from hub.cli import app

        sys.exit(app())


if __name__ == "__main__":
    main()
