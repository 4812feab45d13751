"""The path of a sought person: sightings joined by walking time. Pure; the clock's time is passed in."""
