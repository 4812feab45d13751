"""Tests of the footage room."""
