"""The missing-child procedure played through in a simulated community: people are simulated, the product is real."""
