"""The event log: every state change a person may need, numbered, replayable, followed. The spine of the hub."""
