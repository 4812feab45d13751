"""Patrol tours: cameras that the police room looks at in turn, as they see now."""
