"""Stand-ins for what a venue has: radios, cameras, and a community whose truth is known."""
