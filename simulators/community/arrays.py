"""Names for the array types that the scene is computed in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Image = npt.NDArray[np.uint8]
"""A picture: height x width x 3, blue-green-red as OpenCV has it."""
