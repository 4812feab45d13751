"""The search for secrets in process arguments finds one that is planted."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.system.secrets_sought import ProcessArguments, Sought

PLANTED = "planted-in-the-arguments"


def test_secret_planted_in_the_arguments_of_a_process_is_found() -> None:
    sought = Sought()
    sought.add("planted", PLANTED)
    with ProcessArguments() as arguments:
        program = [sys.executable, "-c", "import sys; sys.stdin.read()", PLANTED]
        with subprocess.Popen(program, stdin=subprocess.PIPE):
            time.sleep(1.0)  # what is proved is that a process of one second does not escape
    assert sought.leaks({"arguments": b"\n".join(arguments.seen)}) == ["planted in arguments"]
