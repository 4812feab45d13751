"""How many numbers the colour stripes of a view are; apart, for whoever keeps them and runs no network."""

STRIPES = 16
CELLS = 6
SIZE = STRIPES * CELLS**3
