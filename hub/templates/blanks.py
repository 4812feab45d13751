"""The blanks of a template's text, ``{衣着}``: no guard is to read one. Pure."""

from __future__ import annotations

import re

from hub.errors import Refusal

_BLANK = re.compile(r"\{[^{}\s]{1,20}\}")


def refuse_blanks(text: str) -> None:
    """Raises Refusal for a text in which a blank was left."""
    left = _BLANK.search(text)
    if left is not None:
        words = (f"还有没填的空：{left[0]}", f"a blank is not filled: {left[0]}")
        raise Refusal("blank_left", *words, field="text")
