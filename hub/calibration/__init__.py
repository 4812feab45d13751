"""Calibration: how a camera stands, from what an administrator clicks in its picture."""
