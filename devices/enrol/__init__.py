"""How a device becomes known to a hub: a one-time code, the right hub by its fingerprint, a credential of its own."""
