"""The ONVIF room."""
