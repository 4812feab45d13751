"""Recordings of talk bursts: their packets into Ogg Opus files as they came, found and heard again by who may."""
