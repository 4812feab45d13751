"""When venues are open, who is on shift where, and who holds which radio now."""
