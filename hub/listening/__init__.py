"""The hub's ear: accepts connections, bounds how many and how slow they may be, speaks HTTP, with or without TLS."""
