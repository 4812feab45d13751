"""What a describer is called, told without loading its networks: rows of two names are never compared."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from hub.vision.description.descriptor_file import DescriptorError, DescriptorFiles, read

AUTO = "auto"
"""The built-in descriptor, as a setting says it."""
STRIPES_NAME = "stripes-2"
"""Changes whenever equal pictures would give other bytes: descriptors compare only under one name."""
LEARNED = ".npz"
"""Ends the path of a projection of colour stripes that was learned on site."""
_MOST_STEM = 40


def name_of(choice: str) -> str:
    """Of a choice as choice.py opens it. Raises DescriptorError for files that are not there."""
    if choice == AUTO:
        return STRIPES_NAME
    path = Path(choice)
    if path.suffix != LEARNED:
        return network_name(read(path))
    try:
        return stripes_name(path)
    except OSError as error:
        raise DescriptorError(f"学到的投影 {path} 读不了", f"the learned projection {path} cannot be read") from error


def stripes_name(projection_file: Path) -> str:
    """Of the built-in descriptor with a projection of its own. Raises OSError."""
    return f"{STRIPES_NAME}+{_hash_of(projection_file)}"


def network_name(files: DescriptorFiles) -> str:
    """The network's, and what changes with any of its files."""
    named = [files.description, files.network, *([files.compression] if files.compression else [])]
    return f"{files.network.stem[:_MOST_STEM]}-{_hash_of(*named)}"


def _hash_of(*files: Path) -> str:
    """Eight characters that change with the files' content."""
    found = hashlib.blake2s(digest_size=4)
    for file in files:
        known = file.stat()
        found.update(_digest(file, (known.st_ino, known.st_size, known.st_mtime_ns, known.st_ctime_ns)))
    return found.hexdigest()


@lru_cache(maxsize=32)
def _digest(file: Path, _as_it_stands: tuple[int, ...]) -> bytes:
    """Read once for each time it is written: a network has 100 MB, and its name is asked for each minute."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, hashlib.blake2s).digest()
