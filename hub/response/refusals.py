"""How the response room refuses."""

from __future__ import annotations

from hub.errors import Refusal
from hub.response.machine import Phase
from hub.response.records import Record


def must_be_open(record: Record) -> None:
    """Raises Refusal for a closed one."""
    if record.standing.phase is Phase.CLOSED:
        raise ask_closed()


def ask_closed() -> Refusal:
    """Nothing is said of it any more."""
    return Refusal("ask_closed", "已经结束", "it is closed", status=409)


def unknown_case(case_id: str) -> Refusal:
    """Also for a closed one."""
    words = (f"没有进行中的案件 {case_id}", f"there is no open case {case_id}")
    return Refusal("unknown_case", *words, field="case_id")


def unknown_ask(ask_id: str) -> Refusal:
    """Also for whom it does not concern: nobody learns what there is."""
    return Refusal("unknown_ask", f"没有呼叫 {ask_id}", f"there is no ask {ask_id}", status=404)
