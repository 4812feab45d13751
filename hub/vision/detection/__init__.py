"""Person detection: pictures in, boxes of persons with scores out; built in, or any ONNX file of a usual head."""
