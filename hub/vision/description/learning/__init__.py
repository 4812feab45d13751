"""How projection.npz was made: drawn people under many lights, and the directions in which they differ most."""
