"""Other voice relays, measured in turns with the hub; each is named where it is compared."""
