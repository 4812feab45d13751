"""Disputes: of which class each is, who mediates it, what came of it, and the visits afterwards."""
