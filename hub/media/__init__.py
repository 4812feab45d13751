"""Media: the pictures and spoken messages of alerts, kept as files by their hash, and sent to radios part by part."""
