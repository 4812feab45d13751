"""A second small process that raises an alarm at the desk when the hub does not answer. Imports no other room."""
