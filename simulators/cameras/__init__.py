"""Network cameras: films served over RTSP in real time on one scenario clock, with faults on demand."""
