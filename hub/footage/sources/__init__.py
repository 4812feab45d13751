"""Sources: cameras, recordings and the relay, as coded pictures and as decoded frames."""
