"""The certificates of hub and broker, and the authority of a closed network that issues them."""
