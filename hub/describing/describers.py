"""Which descriptors rows were made with: names and the choices that open them, kept for as long as rows name them."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import msgspec

from devices.private_file import write_private
from hub.vision.description.descriptor_file import DescriptorError
from hub.vision.description.naming import name_of


class DescriberBook:
    """A file of names and choices (description/choice.py)."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._choices: dict[str, str] = {}

    def open(self) -> None:
        """Read what is known; a file that cannot be read costs comparing with rows that were made before."""
        try:
            self._choices = msgspec.json.decode(self._file.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.MsgspecError):
            self._choices = {}

    def add(self, choice: str) -> str:
        """The name of what that choice opens, which is known from now on. Raises DescriptorError, OSError."""
        name = name_of(choice)
        if self._choices.get(name) != choice:
            self._choices[name] = choice
            self._save()
        return name

    def choices(self, names: Container[str]) -> dict[str, str]:
        """How those of these names are opened that still can be as they were; others are forgotten. Raises OSError."""
        usable = {name: choice for name, choice in self._choices.items() if name in names and _is_still(name, choice)}
        if usable != self._choices:
            self._choices = usable
            self._save()
        return dict(usable)

    def _save(self) -> None:
        write_private(self._file, msgspec.json.encode(self._choices))


def move_choices(file: Path, former: Path, now: Path) -> None:
    """Have a book's choices name their files where the hub's folder is now; one that cannot be read stays so.

    Raises OSError.
    """
    try:
        choices = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except msgspec.MsgspecError:
        return
    moved = {
        name: str(now / Path(choice).relative_to(former)) if Path(choice).is_relative_to(former) else choice
        for name, choice in choices.items()
    }
    write_private(file, msgspec.json.encode(moved))


def _is_still(name: str, choice: str) -> bool:
    try:
        return name_of(choice) == name
    except DescriptorError:
        return False
