"""Cameras that speak ONVIF: finding them on the network, and asking one what it is and where its streams are."""
