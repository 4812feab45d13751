"""The wire contract between the hub and devices: topics, messages, versions. The clauses are in docs/protocol.md."""
