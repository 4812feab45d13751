"""An ONNX file opened on the CPU, as every network of the product runs."""

from __future__ import annotations

from pathlib import Path

import onnxruntime


def open_session(file: Path, threads: int) -> onnxruntime.InferenceSession:
    """``threads`` cores for one call, and none that spins between calls; raises what onnxruntime raises."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
