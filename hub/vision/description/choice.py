"""Which descriptor tells people apart: the built-in one, the built-in one as learned on site, or a network's."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from hub.vision.description.describer import Describer
from hub.vision.description.descriptor import Descriptor, StripesDescriptor
from hub.vision.description.descriptor_file import DescriptorError, read
from hub.vision.description.naming import AUTO as AUTO
from hub.vision.description.naming import LEARNED
from hub.vision.description.network_descriptor import NetworkDescriptor


def open_descriptor(choice: str = AUTO, *, threads: int = 1) -> Descriptor:
    """``auto``, the path of a projection of colour stripes learned on site (.npz), or of a descriptor's file (.json).

    Raises DescriptorError.
    """
    if choice == AUTO:
        return StripesDescriptor()
    path = Path(choice)
    if path.suffix != LEARNED:
        return NetworkDescriptor(read(path), threads=threads)
    try:
        return StripesDescriptor(path)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DescriptorError(
            f"学到的投影 {path} 读不了", f"the learned projection {path} cannot be read: {error}"
        ) from error


def open_describers(choices: Sequence[str]) -> list[Describer]:
    """A describer for each, the networks that all need loaded once. Raises DescriptorError."""
    descriptors = [open_descriptor(choice) for choice in choices]
    first = Describer(descriptor=descriptors[0])
    return [first, *(first.with_descriptor(other) for other in descriptors[1:])]
