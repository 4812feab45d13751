"""Commands that speak to a running hub over its interface."""
