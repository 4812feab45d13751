"""Vision: a stream in, sightings of persons out."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
"""ONNX Runtime 1.31 reports its use to its maker from the moment it is imported; nothing leaves a police room unasked.
Here, since this comes before whatever of vision imports it."""
