"""Real footage that lies beside the repository, where there is some."""

from __future__ import annotations

from pathlib import Path

import pytest

FOOTAGE = Path(__file__).parents[3] / "shared" / "footage"

needs_footage = pytest.mark.skipif(not FOOTAGE.is_dir(), reason="../shared is missing")
