"""Vision: a stream in, sightings of persons out."""
