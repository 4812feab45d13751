"""The whole product with a simulated community around it: shown to a visitor, or played through and checked."""
