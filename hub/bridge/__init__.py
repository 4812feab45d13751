"""MQTT: the broker, the hub's own connection, routing of what comes in, the outbox of what goes out."""
