"""What a hub has when it has started, no later collection of garbage looks through."""

from __future__ import annotations

import gc

from hub.pauses import keep_what_started


def test_collections_look_only_through_what_came_after_the_start() -> None:
    before = ["before"]
    keep_what_started()  # as the suite itself does: there is nothing to undo
    after = ["after"]
    looked_through = {id(one) for one in gc.get_objects()}
    assert id(after) in looked_through
    assert id(before) not in looked_through
