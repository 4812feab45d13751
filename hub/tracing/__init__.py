"""Traces: what each step took from the dispatcher's press to the guard's key, and from a picture to the hit of it."""
