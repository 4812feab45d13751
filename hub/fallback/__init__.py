"""The fallback door: venues that answer neither by radio nor by page are told by telephone, by text and by voice."""
